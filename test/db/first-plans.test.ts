// The plans that a connection makes of tables that are still empty, and keeps.
import { expect, test } from "vitest";
import { databaseForTest } from "../support/database.ts";

test("a row that others refer to is looked up by its primary key even before its table was ever analysed", async () => {
  const { appPool, owner } = await databaseForTest();
  const { rows: tables } = await owner.query<{ name: string }>(`
    select distinct con.confrelid::regclass::text as name from pg_constraint con join pg_class c on c.oid = con.confrelid
    where con.contype = 'f' and c.relforcerowsecurity and c.reltuples = -1
      and (select array_agg(a.attname::text order by a.attnum) from pg_attribute a where a.attrelid = c.oid and a.attnum = any (con.confkey)) = '{agency_id,id}'`);
  expect(tables.map(({ name }) => name)).toEqual(expect.arrayContaining(["access_links", "contacts", "emails"]));
  // The check runs in the application's sessions, but as the table's owner, past the policies.
  const { rows: settings } = await appPool.query("select current_setting('enable_seqscan') as seqscan");
  expect(settings).toEqual([{ seqscan: "off" }]);
  await owner.query("set enable_seqscan = off");
  for (const { name } of tables) {
    const { rows } = await owner.query<{ "QUERY PLAN": string }>(
      `explain (generic_plan, costs off) select 1 from only ${name} x where agency_id = $1 and id = $2 for key share of x`,
    );
    const plan = rows.map((row) => row["QUERY PLAN"].trim());
    expect([name, plan]).toEqual([
      name,
      ["LockRows", `->  Index Scan using ${name}_pkey on ${name} x`, "Index Cond: ((agency_id = $1) AND (id = $2))"],
    ]);
  }
});
