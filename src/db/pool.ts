// The pools: pg in pipeline mode, one low-privilege role each, statements prepared by name, and Kysely bound to one client.
import { createHash } from "node:crypto";
import type { Duplex } from "node:stream";
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from "kysely";
import pg from "pg";
import { Unavailable } from "../models/errors.ts";
import { countStatement } from "./budget.ts";
import { readMoment } from "./moments.ts";
import { prepareAlone, queryAlone, type Scope } from "./one-statement.ts";
import type { Database } from "./schema.ts";

pg.types.setTypeParser(pg.types.builtins.INT8, Number);
// A day stays the text that PostgreSQL sent: a Date would drag it into the process's time zone.
pg.types.setTypeParser(pg.types.builtins.DATE, (text) => text);
const readAnyMoment = pg.types.getTypeParser(pg.types.builtins.TIMESTAMPTZ) as (text: string) => Date;
pg.types.setTypeParser(pg.types.builtins.TIMESTAMPTZ, (text) => readMoment(text) ?? readAnyMoment(text));

/** The roles of migration 0001; what each may do is granted there and beside each table. */
export type PoolRole = "portico_app" | "portico_directory";

/** Where to connect, as what, and how many at once; `waitMs` is how long a request may wait for a connection. */
export type PoolOptions = { url: string; role: PoolRole; max: number; waitMs?: number };

// A statement is prepared once for a connection's life, perhaps while its table is empty and a scan of all of it looks cheap; that plan
// would hold when a hundred thousand rows have come. No agency's own question needs a whole table. The directory's are about single
// rows, and its claims about the order of one index: with these no other plan than those by an index remains for them.
const PLANS: Record<PoolRole, string> = {
  portico_app: "",
  portico_directory: [
    ...["bitmapscan", "sort", "hashjoin", "mergejoin"].map((way) => ` -c enable_${way}=off`),
    " -c jit=off -c plan_cache_mode=force_generic_plan",
  ].join(""),
};

/**
 * Opens a pool. Its connections start as `role`, which owns nothing and, unless it is the directory's, sees no row until an agency is
 * set. They read by index wherever there is one: a plan made while a table is small is kept by its connection, and one that reads the
 * whole table is ruinous once it has grown.
 */
export function createPool({ url, role, max, waitMs = 2_000 }: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    connectionTimeoutMillis: waitMs,
    idleTimeoutMillis: 30_000,
    options: `-c role=${role} -c idle_in_transaction_session_timeout=60000 -c timezone=UTC -c enable_seqscan=off${PLANS[role]}`,
    application_name: "portico",
    keepAlive: true,
    pipeline: true,
  } as pg.PoolConfig);
  // An idle connection that the server drops is replaced on the next request; without a listener it would end the process.
  pool.on("error", () => undefined);
  // The same for one that is in use: its statement fails with the loss, and nobody else listens to the client itself.
  pool.on("connect", (client) => client.on("error", () => undefined));
  pool.on("connect", gatherWrites);
  if (role === "portico_app") pool.on("connect", prepareAlone);
  return pool;
}

/**
 * Lets what is sent in the same turn of the loop leave in one write: beginning a transaction, naming the agency and its first
 * statement are a dozen messages, and a group of e-mails that begin together some hundreds. Writing is what costs most about a short
 * statement, and many small buffers in one write cost nearly as much as many writes.
 */
function gatherWrites(client: pg.PoolClient): void {
  const { stream } = (client as unknown as { connection: { stream: Duplex } }).connection;
  const write = stream.write.bind(stream) as (chunk: Buffer, ...rest: unknown[]) => boolean;
  let gathered: Buffer[] = [];
  const flush = () => {
    const [first, ...others] = gathered;
    gathered = [];
    if (first) write(others.length === 0 ? first : Buffer.concat([first, ...others]));
  };
  const gather = (chunk: Buffer, ...rest: unknown[]): boolean => {
    // somebody wants to know when this one has gone: the goodbye
    if (rest.length > 0) {
      flush();
      return write(chunk, ...rest);
    }
    // not before every promise that is settled by now has gone on
    if (gathered.length === 0) process.nextTick(flush);
    gathered.push(chunk);
    return true;
  };
  Object.assign(stream, { write: gather });
}

/**
 * Makes sure that the pool's connections have their role. A pooler in between may drop startup options, and options in the address
 * replace ours: everything would then run as the login, past every policy. Throws when the role is another.
 */
export async function requireRole(pool: pg.Pool, role: PoolRole): Promise<void> {
  const { rows } = await pool.query<{ role: string }>("select current_user as role");
  if (rows[0]?.role === role) return;
  throw new Error(
    `Connections run as ${rows[0]?.role} and not as ${role}: startup options are lost on the way (a pooler, or options in DATABASE_URL).`,
  );
}

const MAX_NAMES = 300;
const MAX_PARAMETERS = 40;
const names = new Map<string, string>();

function nameOf(text: string, parameters: number): string | undefined {
  const known = names.get(text);
  if (known || parameters > MAX_PARAMETERS || names.size >= MAX_NAMES) return known;
  const name = `p${createHash("sha256").update(text).digest("base64url").slice(0, 20)}`;
  names.set(text, name);
  return name;
}

class ClientConnection implements DatabaseConnection {
  readonly #client: pg.ClientBase;
  #alone: Scope | "done" | undefined;
  constructor(client: pg.ClientBase) {
    this.#client = client;
  }
  sendNextAlone(scope: Scope | undefined): void {
    this.#alone = scope;
  }
  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    countStatement(query.sql);
    const name = nameOf(query.sql, query.parameters.length);
    const config = { text: query.sql, values: [...query.parameters], ...(name ? { name } : {}) };
    const { command, rowCount, rows } = await this.#send(config);
    const changed = command === "INSERT" || command === "UPDATE" || command === "DELETE" || command === "MERGE";
    return changed ? { rows: rows as R[], numAffectedRows: BigInt(rowCount ?? 0) } : { rows: (rows ?? []) as R[] };
  }
  #send(config: pg.QueryConfig): Promise<pg.QueryResult> {
    const scope = this.#alone;
    if (!scope) return this.#client.query(config);
    if (scope === "done") throw new Error("This transaction was to have one statement, and has had it.");
    this.#alone = "done";
    return queryAlone(this.#client, config, scope);
  }
  // Kysely asks for the method.
  // oxlint-disable-next-line require-yield
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error("Streaming queries are not used.");
  }
}

class ClientDriver implements Driver {
  readonly #connection: ClientConnection;
  constructor(connection: ClientConnection) {
    this.#connection = connection;
  }
  async init(): Promise<void> {}
  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection;
  }
  async beginTransaction(): Promise<void> {
    throw new Error("Transactions begin and end in a store.");
  }
  async commitTransaction(): Promise<void> {
    throw new Error("Transactions begin and end in a store.");
  }
  async rollbackTransaction(): Promise<void> {
    throw new Error("Transactions begin and end in a store.");
  }
  async releaseConnection(): Promise<void> {}
  async destroy(): Promise<void> {}
}

type Bound = { db: Kysely<Database>; connection: ClientConnection };

const bound = new WeakMap<pg.ClientBase, Bound[]>();

/**
 * Kysely that speaks through this one client; the same object for the client's whole life. Where several use a client at the same time,
 * each has a seat of his own.
 */
export const kyselyOn = (client: pg.ClientBase, seat = 0): Kysely<Database> => boundTo(client, seat).db;

/**
 * Lets Kysely's next statement through this client and seat be a whole transaction of its own in the scope, and refuses every one after it.
 * Without a scope it lifts what an earlier call set.
 */
export const sendNextAlone = (client: pg.ClientBase, scope: Scope | undefined, seat = 0): void =>
  boundTo(client, seat).connection.sendNextAlone(scope);

function boundTo(client: pg.ClientBase, seat: number): Bound {
  const seats = bound.get(client) ?? [];
  const known = seats[seat];
  if (known) return known;
  const connection = new ClientConnection(client);
  const db = new Kysely<Database>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new ClientDriver(connection),
      createIntrospector: (any) => new PostgresIntrospector(any),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  });
  const made = { db, connection };
  seats[seat] = made;
  bound.set(client, seats);
  return made;
}

const AWAY = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOTFOUND",
  "EPIPE",
  "ETIMEDOUT",
  "57P01",
  "57P02",
  "57P03",
  "53300",
  "53400",
]);

/** Tells whether an error means that the database cannot be reached now, as opposed to having refused a statement. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  if (AWAY.has(code) || code.startsWith("08")) return true;
  if (error instanceof AggregateError) return error.errors.some(isDatabaseAway);
  return /timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error|not queryable/.test(
    error.message,
  );
}

/** Takes a client from the pool; throws Unavailable when none can be had in time. */
export async function connect(pool: pg.Pool): Promise<pg.PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw new Unavailable("The database cannot be reached.", { cause: error });
  }
}

/** Runs `work` and turns a lost connection into Unavailable; every other error passes as it is. */
export async function orUnavailable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isDatabaseAway(error)) throw new Unavailable("The database cannot be reached.", { cause: error });
    throw error;
  }
}
