// The directory's own answers: whether the database is ready, also when it says nothing at all.
import { expect, onTestFinished, test } from "vitest";
import { newestMigration } from "../../src/db/migrate.ts";
import { databaseForTest } from "../support/database.ts";

test("a database that hangs is not ready, and whoever asked hears so", async () => {
  const { directory, owner } = await databaseForTest();
  expect(await directory.isReady(newestMigration())).toBe(true);
  const holder = await owner.connect();
  onTestFinished(() => holder.release());
  await holder.query("begin; lock table kysely_migration in access exclusive mode");
  expect(await directory.isReady(newestMigration())).toBe(false);
  await holder.query("rollback");
  expect(await directory.isReady(newestMigration())).toBe(true);
});
