// Transactions of one agency that are wanted at the same moment run as one: they share a commit and their statements' round trips.
import type { AgencyStore } from "../db/agency-store.ts";
import type { AgencyDb } from "../db/schema.ts";
import { Unavailable } from "../models/errors.ts";

/** Asks for something once for all that share the transaction; the first one's answer is everybody's. */
export type Once = <T>(what: string, ask: () => Promise<T>) => Promise<T>;

type Work<T> = (db: AgencyDb, once: Once) => Promise<T>;
type Waiting = { work: Work<unknown>; resolve: (value: unknown) => void; reject: (error: unknown) => void };

export type Together = {
  /**
   * Runs `work` as AgencyStore.write does, all or nothing. When one of a shared transaction throws, all of it is undone and each
   * runs again in one of its own, so that one's trouble is nobody else's: like any `write`, it may run more than once.
   */
  write<T>(store: AgencyStore, work: Work<T>): Promise<T>;
};

// What waits while a transaction is under way shares the next one; more at once than this only makes locks last.
const MOST = 50;

/** One stage's transactions, for every agency. */
export function createTogether(): Together {
  const agencies = new Map<string, { store: AgencyStore; waiting: Waiting[] }>();

  async function runAll(id: string): Promise<void> {
    // those that begin in this same turn of the loop come along
    await Promise.resolve();
    for (let agency = agencies.get(id); agency && agency.waiting.length > 0; agency = agencies.get(id))
      await runGroup(agency.store, agency.waiting.splice(0, MOST));
    agencies.delete(id);
  }

  return {
    write<T>(store: AgencyStore, work: Work<T>): Promise<T> {
      const known = agencies.get(store.id);
      const agency = known ?? { store, waiting: [] };
      const ended = new Promise<T>((resolve, reject) => {
        agency.waiting.push({ work, resolve: (value) => resolve(value as T), reject });
      });
      if (!known) {
        agencies.set(store.id, agency);
        void runAll(store.id);
      }
      return ended;
    },
  };
}

async function runGroup(store: AgencyStore, group: readonly Waiting[]): Promise<void> {
  try {
    const values = await store.write((db) => atOnce(db, group));
    for (const [at, { resolve }] of group.entries()) resolve(values[at]);
  } catch (error) {
    if (group.length === 1 || error instanceof Unavailable) for (const { reject } of group) reject(error);
    else await Promise.all(group.map((one) => runGroup(store, [one])));
  }
}

async function atOnce(db: AgencyDb, group: readonly Waiting[]): Promise<unknown[]> {
  const once = createOnce();
  // every one has to be at rest before the transaction ends: a statement after that would run in somebody else's
  const settled = await Promise.allSettled(group.map(({ work }) => work(db, once)));
  return settled.map((one) => {
    if (one.status === "rejected") throw one.reason;
    return one.value;
  });
}

function createOnce(): Once {
  const asked = new Map<string, Promise<unknown>>();
  return <T>(what: string, ask: () => Promise<T>) => {
    const known = asked.get(what) ?? ask();
    asked.set(what, known);
    return known as Promise<T>;
  };
}
