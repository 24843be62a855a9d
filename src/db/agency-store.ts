// One agency's door to the database: the only place that makes an AgencyReader or AgencyDb, always inside a transaction that names the agency.
import type { DatabaseError, Pool, PoolClient } from "pg";
import { namingAgency, type Plan, type Scope } from "./one-statement.ts";
import { connect, isDatabaseAway, kyselyOn, orUnavailable, sendNextAlone } from "./pool.ts";
import type { AgencyDb, AgencyReader } from "./schema.ts";
import { onSharedConnection } from "./shared-connection.ts";

const DEADLOCK = new Set(["40P01", "40001"]);
const TRIES = 4;

/** Reads and writes as one agency. `id` is the agency's; `plan` is "free" unless told. */
export type AgencyStore = {
  readonly id: string;
  /** Runs `fn` in a read-only transaction and returns what it returns. Throws Unavailable when the database is away. */
  read<T>(fn: (db: AgencyReader) => Promise<T>): Promise<T>;
  /**
   * Runs `fn` in a transaction that commits when it returns and rolls back when it throws. A deadlock runs it again, up to three
   * times, which is why nothing but SQL may happen inside. Throws Unavailable when the database is away.
   */
  write<T>(fn: (db: AgencyDb) => Promise<T>, plan?: Plan): Promise<T>;
  /** As `read` and `write`, for one statement and no more, which is a transaction of its own: all of it is one message. */
  readOne<T>(fn: (db: AgencyReader) => Promise<T>, plan?: Plan): Promise<T>;
  /**
   * As `readOne`, for a statement that never takes long: it may share a connection with others of the same moment, of whatever agency,
   * and they wait for each other.
   */
  readShort<T>(fn: (db: AgencyReader) => Promise<T>): Promise<T>;
  /** What `fn` does with the statement's answer is after the fact: when that throws, the transaction has committed all the same. */
  writeOne<T>(fn: (db: AgencyDb) => Promise<T>, plan?: Plan): Promise<T>;
};

/** Opens the store of the agency with this id over a pool whose role sees no row without an agency. */
export function openAgencyStore(pool: Pool, id: string): AgencyStore {
  const reads = { agencyId: id, mode: "read only" } as const;
  const writes = { agencyId: id, mode: "read write" } as const;
  return {
    id,
    read: (fn) => orUnavailable(() => inTransaction(pool, reads, (client) => fn(reader(client)))),
    write: (fn, plan = "free") =>
      orUnavailable(() =>
        retryDeadlocks(() => inTransaction(pool, { ...writes, plan }, (client) => fn(writer(client)))),
      ),
    readOne: (fn, plan = "free") =>
      orUnavailable(() => inStatement(pool, { ...reads, plan }, (client) => fn(reader(client)))),
    readShort: (fn) => orUnavailable(() => inShortStatement(pool, reads, fn)),
    writeOne: (fn, plan = "free") =>
      orUnavailable(() => retryDeadlocks(() => inStatement(pool, { ...writes, plan }, (client) => fn(writer(client))))),
  };
}

const reader = (client: PoolClient, seat = 0) => kyselyOn(client, seat) as unknown as AgencyReader;
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
  { agencyId, mode, plan }: Scope,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  const client = await connect(pool);
  let broken = false;
  try {
    // Sent without waiting, so that they share the first statement's round trip. Until the setting has run the role sees
    // no row, so a failure here cannot widen what follows; both are awaited before anything counts as done.
    const opened = Promise.all([client.query(`begin ${mode}`), client.query(namingAgency(agencyId, plan))]);
    opened.catch(() => undefined);
    sendNextAlone(client, undefined);
    const result = await work(client);
    await opened;
    if (mode === "read only") client.query("commit").catch(() => undefined);
    else await commit(client);
    return result;
  } catch (error) {
    await client.query("rollback").catch(() => {
      broken = true;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

async function commit(client: PoolClient): Promise<void> {
  const { command } = await client.query("commit");
  // PostgreSQL answers ROLLBACK when an earlier statement failed and somebody swallowed the error.
  if (command === "ROLLBACK") throw new Error("The transaction had failed and was rolled back.");
}

async function inStatement<T>(pool: Pool, scope: Scope, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await connect(pool);
  let broken = false;
  try {
    sendNextAlone(client, scope);
    return await work(client);
  } catch (error) {
    // The pool would not know it yet.
    broken = isDatabaseAway(error);
    throw error;
  } finally {
    client.release(broken);
  }
}

const inShortStatement = <T>(pool: Pool, scope: Scope, fn: (db: AgencyReader) => Promise<T>): Promise<T> =>
  onSharedConnection(pool, (client, seat) => {
    sendNextAlone(client, scope, seat);
    return fn(reader(client, seat));
  });
