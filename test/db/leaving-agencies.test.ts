// An agency that the operator deletes: nothing of it stays, and nothing of anybody else goes.
import { expect, test } from "vitest";
import { queueEmails } from "../../src/models/emails.ts";
import { sendLoginEmails } from "../../src/models/login-emails.ts";
import { createMagicLink } from "../../src/models/magic-links.ts";
import { suppressAddress } from "../../src/models/suppressions.ts";
import { enableWorkflow } from "../../src/models/workflow-switches.ts";
import { createWorkflow } from "../../src/models/workflows.ts";
import { define } from "../models/workflow-agency.ts";
import { type World, type WorldAgency, worldForTest } from "../support/world.ts";

/** Lets an agency do something of everything. */
async function bustle({ deps }: World, { id, contacts, members }: WorldAgency): Promise<void> {
  const memberId = members.owner.id;
  const batchId = crypto.randomUUID();
  await deps.agencies.open(id).write(async (db) => {
    const order = { batchId, memberId, destination: "/", lifetimeSeconds: 3_600, invite: true };
    await sendLoginEmails(db, { all: true }, order);
    await queueEmails(db, [contacts.invited.id], {
      kind: "invite",
      lifetimeSeconds: 3_600,
      lane: "bulk",
      markInvited: true,
    });
    const link = {
      contactId: contacts.joined.id,
      madeBy: memberId,
      destination: "/",
      lifetimeSeconds: 3_600,
      uses: "once",
    } as const;
    await createMagicLink(db, link, deps.config.portalOrigin);
    await suppressAddress(db, "gone@acme.example", "No such address.");
    for (const trigger of ["contact-created", "joined"] as const) {
      const workflow = await createWorkflow(db, trigger, memberId, define({ on: trigger }));
      await enableWorkflow(db, workflow, { existing: true }, memberId);
    }
  });
}

/** How many rows each table has of an agency. */
async function rowsOf({ database }: World, { id }: WorldAgency): Promise<Record<string, number>> {
  const { rows: tables } = await database.owner.query(
    `select relname as name from pg_class join pg_attribute on attrelid = pg_class.oid and attname = 'agency_id'
     where relnamespace = 'public'::regnamespace and relkind = 'r' order by relname`,
  );
  const counts: Record<string, number> = {};
  for (const { name } of tables as { name: string }[]) {
    const { rows } = await database.owner.query(`select count(*)::int as n from ${name} where agency_id = $1`, [id]);
    counts[name] = (rows[0] as { n: number }).n;
  }
  return counts;
}

test("a deleted agency takes everything of it along, jobs and records too, and nothing of another", async () => {
  const world = await worldForTest();
  const { northwind, rivermark, database } = world;
  await bustle(world, northwind);
  await bustle(world, rivermark);
  const before = await rowsOf(world, rivermark);
  expect(Object.values(before).filter((count) => count > 0).length).toBeGreaterThan(12);

  await database.owner.query("delete from agencies where id = $1", [northwind.id]);
  expect(Object.values(await rowsOf(world, northwind)).filter((count) => count > 0)).toEqual([]);
  expect(await rowsOf(world, rivermark)).toEqual(before);
  expect((await world.client(northwind).get("/sign-in")).status).toBe(404);
  expect((await world.client(rivermark).get("/sign-in")).status).toBe(200);
});
