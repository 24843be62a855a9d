// Statements that are asked for in the same turn of the loop go to PostgreSQL on one connection, one behind the other: one message to
// write, one process to wake. Each is a transaction of its own, in its own agency's name.
import type { Pool, PoolClient } from "pg";
import { connect, isDatabaseAway } from "./pool.ts";

/** So many may wait for each other. */
const SEATS = 8;

type Shared = { client: Promise<PoolClient>; taken: number; left: number; broken: boolean };

/** What still takes passengers. */
const boarding = new WeakMap<Pool, Shared>();

function board(pool: Pool): { shared: Shared; seat: number } {
  let shared = boarding.get(pool);
  if (!shared || shared.taken === SEATS) {
    const opened: Shared = { client: connect(pool), taken: 0, left: 0, broken: false };
    boarding.set(pool, opened);
    setImmediate(() => close(pool, opened));
    shared = opened;
  }
  return { shared, seat: shared.taken++ };
}

function close(pool: Pool, shared: Shared): void {
  if (boarding.get(pool) === shared) boarding.delete(pool);
}

/**
 * Runs `work`, which is one statement that is a transaction of its own, on a connection that others may use at the same time. `seat` is
 * nobody else's there until it has returned. Throws what `connect` throws.
 */
export async function onSharedConnection<T>(
  pool: Pool,
  work: (client: PoolClient, seat: number) => Promise<T>,
): Promise<T> {
  const { shared, seat } = board(pool);
  const client = await shared.client;
  try {
    return await work(client, seat);
  } catch (error) {
    shared.broken ||= isDatabaseAway(error);
    throw error;
  } finally {
    shared.left += 1;
    if (shared.left === shared.taken) {
      close(pool, shared);
      client.release(shared.broken);
    }
  }
}
