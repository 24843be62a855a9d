// What is asked for one agency while a statement is on its way goes together in the next: what PostgreSQL does around a statement is then done once for all.

import type { AgencyStore } from "../db/agency-store.ts";
import { countStatement, withBudget } from "../db/budget.ts";
import { Unavailable } from "../models/errors.ts";

/** Asks for one item in a statement that others may share, begun after the asking; resolves once it has committed. */
export type Gathered<Item, Result> = (store: AgencyStore, item: Item) => Promise<Result>;

type Waiting<Item, Result> = {
  store: AgencyStore;
  item: Item;
  resolve: (answer: { result: Result; statements: string[] }) => void;
  reject: (error: unknown) => void;
};

// The next in line have waited for one statement when their own begins; more at once than this would only make that one last.
const MOST = 32;
// Milliseconds after which nobody waits any longer for a statement that hangs, such as on a row that somebody else holds. Long, since a
// database that is only slow is helped by large groups.
const PATIENCE = 1_000;

/**
 * Gathers items of one agency for `run`, which is one transaction of the store it gets and answers in the order of its items. Who comes
 * alone goes at once. Where `run` throws, nothing of the group has happened and each item is asked alone, so that one's trouble is
 * nobody else's; but not where the database is away, since then nobody would get an answer.
 */
export function gather<Item, Result>(
  run: (store: AgencyStore, items: readonly Item[]) => Promise<readonly Result[]>,
): Gathered<Item, Result> {
  const lines = new Map<string, Waiting<Item, Result>[]>();

  async function ask(group: readonly Waiting<Item, Result>[]): Promise<() => void> {
    const [first] = group;
    const statements: string[] = [];
    try {
      const items = group.map(({ item }) => item);
      const results = first ? await withBudget({ statements }, () => run(first.store, items)) : [];
      return () => {
        for (const [at, { resolve }] of group.entries()) resolve({ result: results[at] as Result, statements });
      };
    } catch (error) {
      if (group.length === 1 || error instanceof Unavailable)
        return () => {
          for (const { reject } of group) reject(error);
        };
      const answers: (() => void)[] = [];
      for (const one of group) answers.push(await ask([one]));
      return () => {
        for (const answer of answers) answer();
      };
    }
  }

  function goOn(agencyId: string, line: Waiting<Item, Result>[]): void {
    if (line.length > 0) void begin(agencyId, line);
    else lines.delete(agencyId);
  }

  async function begin(agencyId: string, line: Waiting<Item, Result>[]): Promise<void> {
    let isHanging = false;
    const patience = setTimeout(() => {
      isHanging = true;
      goOn(agencyId, line);
    }, PATIENCE);
    const answer = await ask(line.splice(0, MOST));
    clearTimeout(patience);
    // The next statement is on its way before the answers of this one are written.
    if (!isHanging) goOn(agencyId, line);
    answer();
  }

  return async (store, item) => {
    const { result, statements } = await new Promise<{ result: Result; statements: string[] }>((resolve, reject) => {
      const known = lines.get(store.id);
      const line = known ?? [];
      line.push({ store, item, resolve, reject });
      if (known) return;
      lines.set(store.id, line);
      // Requests that were read in the same turn of the loop come along.
      setImmediate(() => void begin(store.id, line));
    });
    for (const statement of statements) countStatement(statement);
    return result;
  };
}
