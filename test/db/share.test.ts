// A share of a pool: never more transactions at once than it has, and none of them lost.
import { expect, test } from "vitest";
import { shareOf } from "../../src/db/share.ts";
import { databaseForTest, insertAgency } from "../support/database.ts";

test("of a share as many transactions run at once as it has, over all agencies, and one that fails makes room", async () => {
  const database = await databaseForTest();
  const ids = [await insertAgency(database, "northwind", "Northwind"), await insertAgency(database, "rivermark", "R")];
  const share = shareOf({ open: database.store }, 3);
  let [running, most] = [0, 0];
  const { promise: full, resolve: fill } = Promise.withResolvers<void>();
  const work = async (at: number) => {
    most = Math.max(most, ++running);
    if (running === 3) fill();
    await full;
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    if (at % 5 === 0) throw new Error(`No ${at}.`);
    return at;
  };
  const runs = await Promise.allSettled(
    Array.from({ length: 40 }, (_, at) => {
      const store = share.open(ids[at % 2] ?? "");
      return at % 3 === 0 ? store.read(() => work(at)) : store.write(() => work(at));
    }),
  );
  expect(most).toBe(3);
  expect(runs.map((run) => (run.status === "fulfilled" ? run.value : run.reason.message))).toEqual(
    runs.map((_, at) => (at % 5 === 0 ? `No ${at}.` : at)),
  );
});
