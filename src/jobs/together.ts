// Things of one agency that are to be written at the same moment are written as one group: one transaction, a few statements for all.
import { sql } from "kysely";
import type { AgencyStore } from "../db/agency-store.ts";
import type { AgencyDb } from "../db/schema.ts";
import { Unavailable } from "../models/errors.ts";

/** Writes a group of one agency in one transaction and answers in the order of `items`. */
export type GroupWork<Item, Result> = (db: AgencyDb, items: readonly Item[]) => Promise<readonly Result[]>;

/**
 * Writes one item, all or nothing, in a transaction that it may share. When a shared one throws, all of it is undone and each item
 * runs again in one of its own, so that one's trouble is nobody else's: like any `write`, the work may run more than once.
 */
export type Together<Item, Result> = (store: AgencyStore, item: Item) => Promise<Result>;

type One<Item, Result> = { item: Item; resolve: (result: Result) => void; reject: (error: unknown) => void };
type Waiting<Item, Result> = { all: One<Item, Result>[]; onEnough?: (() => void) | undefined };

/**
 * After a group of `many`, the next one waits `ms` milliseconds for more, or until there are `enough`: more are on their way then, and a
 * transaction costs as much for three as for thirty.
 */
export type Linger = { ms: number; many: number; enough: number };

// What waits while a transaction is under way shares the next one; more at once than this only makes locks last.
const MOST = 100;

/** One stage's transactions, for every agency. */
export function createTogether<Item, Result>(
  work: GroupWork<Item, Result>,
  linger: Linger = { ms: 0, many: MOST, enough: 0 },
): Together<Item, Result> {
  const agencies = new Map<string, Waiting<Item, Result>>();
  const enough = Math.min(linger.enough, MOST);

  async function runAll(store: AgencyStore, waiting: Waiting<Item, Result>): Promise<void> {
    // those that begin in this same turn of the loop come along
    await Promise.resolve();
    while (waiting.all.length > 0) {
      const group = waiting.all.splice(0, MOST);
      await runGroup(store, group);
      if (group.length >= linger.many && waiting.all.length < enough) await more(waiting);
    }
    agencies.delete(store.id);
  }

  const more = (waiting: Waiting<Item, Result>) =>
    new Promise<void>((resolve) => {
      const go = () => {
        clearTimeout(timer);
        waiting.onEnough = undefined;
        resolve();
      };
      const timer = setTimeout(go, linger.ms);
      waiting.onEnough = go;
    });

  async function runGroup(store: AgencyStore, group: readonly One<Item, Result>[]): Promise<void> {
    try {
      const items = group.map(({ item }) => item);
      const results = await store.write(async (db) => {
        const planned = onlyIndexes(db);
        planned.catch(() => undefined);
        const answers = await work(db, items);
        await planned;
        return answers;
      });
      for (const [at, { resolve }] of group.entries()) resolve(results[at] as Result);
    } catch (error) {
      if (group.length === 1 || error instanceof Unavailable) for (const { reject } of group) reject(error);
      else for (const one of group) await runGroup(store, [one]);
    }
  }

  return (store, item) =>
    new Promise((resolve, reject) => {
      const known = agencies.get(store.id);
      const waiting = known ?? { all: [] };
      waiting.all.push({ item, resolve, reject });
      if (known) {
        if (known.all.length >= enough) known.onEnough?.();
        return;
      }
      agencies.set(store.id, waiting);
      void runAll(store, waiting);
    });
}

// The statements are prepared once for a connection's life, perhaps while their tables are empty and reading all of one looks cheap.
// It must never come to that: these settings last for the one transaction and travel with its first statement.
async function onlyIndexes(db: AgencyDb): Promise<void> {
  await sql`
    select set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
           set_config('enable_mergejoin', 'off', true), set_config('plan_cache_mode', 'force_generic_plan', true)`.execute(
    db,
  );
}
