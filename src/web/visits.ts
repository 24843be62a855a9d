// Who comes with a member's session, read from the database for every request: those that arrive in the same moment share a statement.
import { countStatement, withBudget } from "../db/budget.ts";
import type { GlobalStore } from "../db/global-store.ts";
import { findMemberVisits, type MemberVisit, type Visiting } from "../models/people.ts";

/** Finds the visit of whoever comes as `findMemberVisits` does, by a statement that begins after the asking. */
export type Visits = (visiting: Visiting) => Promise<MemberVisit | undefined>;

type Waiting = {
  visiting: Visiting;
  resolve: (visit: MemberVisit | undefined) => void;
  reject: (error: unknown) => void;
};

/** So many share a statement at most. */
const MOST = 32;

/** Makes the look-up over the store of members. */
export function createVisits(globals: GlobalStore): Visits {
  let waiting: Waiting[] = [];

  async function ask(group: readonly Waiting[]): Promise<void> {
    try {
      const visiting = group.map((one) => one.visiting);
      const visits = await withBudget({ statements: [] }, () => globals.run((db) => findMemberVisits(db, visiting)));
      for (const [at, { resolve }] of group.entries()) resolve(visits[at]);
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }

  function askAll(): void {
    const all = waiting;
    waiting = [];
    for (let from = 0; from < all.length; from += MOST) void ask(all.slice(from, from + MOST));
  }

  return (visiting) => {
    // Whoever shares a statement has asked one.
    countStatement("a member's visit");
    return new Promise((resolve, reject) => {
      // By then every request has been read that was there to be read.
      if (waiting.length === 0) setImmediate(askAll);
      waiting.push({ visiting, resolve, reject });
    });
  };
}
