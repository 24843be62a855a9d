// One statement as a whole transaction in one message: PostgreSQL takes what comes before a Sync as one implicit transaction.
import pg from "pg";

/**
 * How PostgreSQL finds its way through a statement: "free" as it likes, "as-written" by index in the order of its joins, the way once
 * found kept for good. The latter is for what holds lists of values, which PostgreSQL would else plan anew each time, and must not
 * be led by how small a table was the first time.
 */
export type Plan = "free" | "as-written";

/** Whose rows the statement sees, and whether it may write. */
export type Scope = { agencyId: string; mode: "read only" | "read write"; plan?: Plan };

// Until the end of the transaction, so it holds for the statement behind it and no longer.
const setAgency = "set_config('app.agency_id', $1, true)";
const toRead = "set_config('transaction_read_only', 'on', true)";
const asWritten = Object.entries({
  plan_cache_mode: "force_generic_plan",
  join_collapse_limit: "1",
  enable_hashjoin: "off",
  enable_mergejoin: "off",
}).map(([name, value]) => `set_config('${name}', '${value}', true)`);
const setting = (name: string, ...calls: string[]) => ({ name, text: `select ${[setAgency, ...calls].join(", ")}` });
const settings = {
  "read write": { free: setting("set-agency"), "as-written": setting("set-agency-as-written", ...asWritten) },
  "read only": {
    free: setting("set-agency-to-read", toRead),
    "as-written": setting("set-agency-to-read-as-written", toRead, ...asWritten),
  },
} as const;

/** The statement that names the agency for the rest of the transaction. */
export const namingAgency = (agencyId: string, plan: Plan = "free") => ({
  ...settings["read write"][plan],
  values: [agencyId],
});

/** Prepares on a new connection what `queryAlone` sends without looking; outside of a transaction it sets nothing. */
export function prepareAlone(client: pg.ClientBase): void {
  for (const { name, text } of Object.values(settings).flatMap((plans) => Object.values(plans)))
    client.query({ name, text, values: [""] }).catch(() => undefined);
}

/** What this file uses of pg's connection and query, which its types leave out. */
type Wire = {
  bind(config: { statement: string; values: readonly string[] }): void;
  execute(config: { portal: string }): void;
};
type Callback = (error: Error | null, result: pg.QueryResult) => void;
type QueryParts = {
  submit(wire: Wire): Error | null;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, wire: Wire): void;
};
const Query = pg.Query as unknown as new (config: pg.QueryConfig, values: undefined, callback: Callback) => QueryParts;

class AloneQuery extends Query {
  readonly #scope: Scope;
  #isSet = false;
  constructor(config: pg.QueryConfig, scope: Scope, callback: Callback) {
    // A statement without values would else go as a message of another kind, with a transaction of its own.
    super({ ...config, queryMode: "extended" } as pg.QueryConfig, undefined, callback);
    this.#scope = scope;
  }
  override submit(wire: Wire): Error | null {
    const { mode, plan = "free", agencyId } = this.#scope;
    wire.bind({ statement: settings[mode][plan].name, values: [agencyId] });
    wire.execute({ portal: "" });
    return super.submit(wire);
  }
  override handleDataRow(message: unknown): void {
    if (this.#isSet) super.handleDataRow(message);
  }
  override handleCommandComplete(message: unknown, wire: Wire): void {
    if (this.#isSet) super.handleCommandComplete(message, wire);
    this.#isSet = true;
  }
}

/**
 * Runs a statement as a transaction of its own in one agency's name. The answer comes once it has committed; when the
 * setting, the statement or the commit fails, nothing of it has happened.
 */
export function queryAlone(client: pg.ClientBase, config: pg.QueryConfig, scope: Scope): Promise<pg.QueryResult> {
  return new Promise((resolve, reject) => {
    const query = new AloneQuery(config, scope, (error, result) => (error ? reject(error) : resolve(result)));
    client.query(query as unknown as pg.Submittable);
  });
}
