// The door to the tables that belong to no agency: members, their sessions and links, limits; the only place that makes a GlobalDb.
import type { Pool } from "pg";
import { connect, kyselyOn, orUnavailable } from "./pool.ts";
import type { GlobalDb } from "./schema.ts";

/** Reads and writes of what belongs to no agency. */
export type GlobalStore = {
  /** Runs `fn` without a transaction: for a single statement, or several that need not agree. Throws Unavailable when the database is away. */
  run<T>(fn: (db: GlobalDb) => Promise<T>): Promise<T>;
  /** Runs `fn` in a transaction that commits when it returns and rolls back when it throws. Throws Unavailable when the database is away. */
  write<T>(fn: (db: GlobalDb) => Promise<T>): Promise<T>;
};

/** Opens the store over a pool that runs as the directory's role. */
export function openGlobalStore(pool: Pool): GlobalStore {
  return {
    run: (fn) =>
      orUnavailable(async () => {
        const client = await connect(pool);
        try {
          return await fn(kyselyOn(client) as unknown as GlobalDb);
        } finally {
          client.release();
        }
      }),
    write: (fn) =>
      orUnavailable(async () => {
        const client = await connect(pool);
        let broken = false;
        try {
          const begun = client.query("begin");
          begun.catch(() => undefined);
          const result = await fn(kyselyOn(client) as unknown as GlobalDb);
          await begun;
          const { command } = await client.query("commit");
          if (command === "ROLLBACK") throw new Error("The transaction had failed and was rolled back.");
          return result;
        } catch (error) {
          await client.query("rollback").catch(() => {
            broken = true;
          });
          throw error;
        } finally {
          client.release(broken);
        }
      }),
  };
}
