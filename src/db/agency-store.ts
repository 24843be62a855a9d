// One agency's door to the database: the only place that makes an AgencyReader or AgencyDb, always inside a transaction that names the agency.
import type { DatabaseError, Pool, PoolClient, QueryResult } from "pg";
import { afterNextStatement, connect, kyselyOn, orUnavailable } from "./pool.ts";
import type { AgencyDb, AgencyReader } from "./schema.ts";

const DEADLOCK = new Set(["40P01", "40001"]);
const TRIES = 4;

/** Reads and writes as one agency. `id` is the agency's. */
export type AgencyStore = {
  readonly id: string;
  /** Runs `fn` in a read-only transaction and returns what it returns. Throws Unavailable when the database is away. */
  read<T>(fn: (db: AgencyReader) => Promise<T>): Promise<T>;
  /**
   * Runs `fn` in a transaction that commits when it returns and rolls back when it throws. A deadlock runs it again, up to three
   * times, which is why nothing but SQL may happen inside. Throws Unavailable when the database is away.
   */
  write<T>(fn: (db: AgencyDb) => Promise<T>): Promise<T>;
  /** As `read` and `write`, for one statement and no more: the transaction's end is sent behind it at once, so all of it is one round trip. */
  readOne<T>(fn: (db: AgencyReader) => Promise<T>): Promise<T>;
  /** What `fn` does with the statement's answer is after the fact: when that throws, the transaction has committed all the same. */
  writeOne<T>(fn: (db: AgencyDb) => Promise<T>): Promise<T>;
};

/** Opens the store of the agency with this id over a pool whose role sees no row without an agency. */
export function openAgencyStore(pool: Pool, id: string): AgencyStore {
  const read = <T>(fn: (db: AgencyReader) => Promise<T>, one: boolean) =>
    orUnavailable(() => inTransaction(pool, id, "read only", (client) => fn(reader(client)), one));
  const write = <T>(fn: (db: AgencyDb) => Promise<T>, one: boolean) =>
    orUnavailable(() =>
      retryDeadlocks(() => inTransaction(pool, id, "read write", (client) => fn(writer(client)), one)),
    );
  return {
    id,
    read: (fn) => read(fn, false),
    write: (fn) => write(fn, false),
    readOne: (fn) => read(fn, true),
    writeOne: (fn) => write(fn, true),
  };
}

const reader = (client: PoolClient) => kyselyOn(client) as unknown as AgencyReader;
const writer = (client: PoolClient) => kyselyOn(client) as unknown as AgencyDb;

// Two writers that touch contacts and then the agency's one row of counts can wait for each other; the loser starts over.
async function retryDeadlocks<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === TRIES || !DEADLOCK.has((error as DatabaseError).code ?? "")) throw error;
    }
  }
}

async function inTransaction<T>(
  pool: Pool,
  agencyId: string,
  mode: "read only" | "read write",
  work: (client: PoolClient) => Promise<T>,
  one: boolean,
): Promise<T> {
  const client = await connect(pool);
  let broken = false;
  let ended: Promise<QueryResult> | undefined;
  const end = () => {
    ended = client.query("commit");
    ended.catch(() => {
      broken = true;
    });
    return ended;
  };
  try {
    // Sent without waiting, so that they share the first statement's round trip. Until the setting has run the role sees
    // no row, so a failure here cannot widen what follows; both are awaited before anything counts as done.
    const opened = Promise.all([
      client.query(`begin ${mode}`),
      client.query({ name: "set-agency", text: "select set_config('app.agency_id', $1, true)", values: [agencyId] }),
    ]);
    opened.catch(() => undefined);
    afterNextStatement(client, one ? end : undefined);
    const result = await work(client);
    await opened;
    const ending = ended ?? end();
    if (mode === "read write") requireCommitted(await ending);
    return result;
  } catch (error) {
    // Behind a statement that failed, the commit that was sent has rolled back.
    await (ended ?? client.query("rollback")).catch(() => {
      broken = true;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

function requireCommitted({ command }: QueryResult): void {
  // PostgreSQL answers ROLLBACK when an earlier statement failed and somebody swallowed the error.
  if (command === "ROLLBACK") throw new Error("The transaction had failed and was rolled back.");
}
