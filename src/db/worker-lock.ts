// How the database knows that a worker lives: an advisory lock that its listening connection holds, and that ends with the process.
import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import type pg from "pg";

/** A worker's name in the job table, which says whether its lock stands behind it. */
export type WorkerLock = {
  /** The name to claim under at this moment. */
  readonly name: () => string;
  /** Takes the lock on a connection that has just been made; it lasts as long as the connection. */
  readonly take: (client: pg.Client) => Promise<void>;
  /** That connection is gone. */
  readonly lost: () => void;
};

const LOCKED = "lock:";
/** Behind a worker's name in the job table: it holds the job and has not begun it. */
export const AHEAD = "#ahead";

// A name of its own for each connection: the server may hold the one before for minutes after the network has lost it.
/** The lock of a worker called `name`. While none is held the name says so, and then only the lease tells whether the worker lives. */
export function createWorkerLock(name: string): WorkerLock {
  let held: string | undefined;
  return {
    name: () => held ?? name,
    async take(client) {
      const locked = `${LOCKED}${name}:${randomUUID().slice(0, 8)}`;
      await client.query("select pg_advisory_lock(hashtextextended($1, 0))", [locked]);
      held = locked;
    },
    lost() {
      held = undefined;
    },
  };
}

/** In a statement on `jobs`: the job was last held by a worker with a lock, and nobody holds that lock now. */
export const lockIsFree = sql<boolean>`(
  jobs.leased_by like ${sql.lit(`${LOCKED}%`)} and not exists (
    select from pg_locks
    where locktype = 'advisory' and objsubid = 1 and granted
      and database = (select oid from pg_database where datname = current_database())
      and ((classid::bigint << 32) | objid::bigint) = hashtextextended(split_part(jobs.leased_by, ${sql.lit(AHEAD)}, 1), 0)
  ))`;
