// The pools: what their connections may do is their role's, and a lost role is found before anything is served.
import { expect, onTestFinished, test } from "vitest";
import { createPool, requireRole } from "../../src/db/pool.ts";
import { databaseForTest } from "../support/database.ts";

test("a pool's connections run as its role", async () => {
  const { appPool, directoryPool } = await databaseForTest();
  await expect(requireRole(appPool, "portico_app")).resolves.toBeUndefined();
  await expect(requireRole(directoryPool, "portico_directory")).resolves.toBeUndefined();
});

test("options in the address that replace ours, and so the role, are found out", async () => {
  const { url } = await databaseForTest();
  const pool = createPool({ url: `${url}?options=-c%20timezone%3DUTC`, role: "portico_app", max: 1 });
  onTestFinished(() => pool.end());
  await expect(requireRole(pool, "portico_app")).rejects.toThrow("not as portico_app");
});
