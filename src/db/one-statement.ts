// One statement as a whole transaction in one message: PostgreSQL takes what comes before a Sync as one implicit transaction.
import pg from "pg";

/** Whose rows the statement sees, and whether it may write. */
export type Scope = { agencyId: string; mode: "read only" | "read write" };

// Until the end of the transaction, so it holds for the statement behind it and no longer.
const setAgency = "set_config('app.agency_id', $1, true)";
const settings = {
  "read write": { name: "set-agency", text: `select ${setAgency}` },
  "read only": {
    name: "set-agency-to-read",
    text: `select ${setAgency}, set_config('transaction_read_only', 'on', true)`,
  },
} as const;

/** The statement that names the agency for the rest of the transaction. */
export const namingAgency = (agencyId: string) => ({ ...settings["read write"], values: [agencyId] });

/** Prepares on a new connection what `queryAlone` sends without looking; outside of a transaction it sets nothing. */
export function prepareAlone(client: pg.ClientBase): void {
  for (const { name, text } of Object.values(settings))
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
    wire.bind({ statement: settings[this.#scope.mode].name, values: [this.#scope.agencyId] });
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
