// Visits that are asked for together: each his own, as the row says when the statement begins, and nobody's trouble another's.
import { beforeAll, expect, test } from "vitest";
import { withBudget } from "../../src/db/budget.ts";
import { startMemberSession } from "../../src/models/people.ts";
import { createVisits } from "../../src/web/visits.ts";
import { openTestDatabase } from "../support/database.ts";
import { createWorld, type World } from "../support/world.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
  return () => world.close();
});

const signIn = ({ id }: { id: string }) =>
  world.deps.globals.run((db) =>
    startMemberSession(db, { memberId: id, method: "password", address: "127.0.0.1", userAgent: "test" }),
  );

test("those who come together share a statement, each with his own answer, and one that is unknown with none", async () => {
  const { northwind, rivermark } = world;
  const members = [northwind.members.owner, rivermark.members.viewer, northwind.members.owner];
  const sessions = await Promise.all(members.map(signIn));
  const visits = createVisits(world.deps.globals);
  const asked = ["unknown", ...sessions, "", ...sessions].map((sessionId) => visits({ sessionId }));
  const emails = (await Promise.all(asked)).map((visit) => visit?.member.email);
  const own = members.map(({ email }) => email);
  expect(emails).toEqual([undefined, ...own, undefined, ...own]);
});

test("more than share a statement are all answered", async () => {
  const sessionId = await signIn(world.rivermark.members.admin);
  const visits = createVisits(world.deps.globals);
  const found = await Promise.all(Array.from({ length: 75 }, () => visits({ sessionId })));
  expect(found.every((visit) => visit?.member.id === world.rivermark.members.admin.id)).toBe(true);
});

test("failed e-mails are counted for the agency that each visits, and for no other", async () => {
  const { northwind, rivermark, database } = world;
  const { owner } = northwind.members;
  await database.owner.query("insert into memberships (agency_id, member_id, role) values ($1, $2, 'viewer')", [
    rivermark.id,
    owner.id,
  ]);
  await database.owner.query(
    "insert into emails (agency_id, kind, contact_id, to_email, lifetime_seconds, status) select $1, 'invite', $2, 'a@b.example', 60, 'failed' from generate_series(1, 3)",
    [rivermark.id, rivermark.contacts.joined.id],
  );
  const sessionId = await signIn(owner);
  const visits = createVisits(world.deps.globals);
  const asked = [northwind.slug, rivermark.slug, undefined].map((visited) => visits({ sessionId, visited }));
  const failed = (await Promise.all(asked)).map((visit) =>
    visit?.memberships.map(({ slug, failedEmails }) => [slug, failedEmails]),
  );
  expect(failed).toEqual([
    [
      ["northwind", 0],
      ["rivermark", 0],
    ],
    [
      ["northwind", 0],
      ["rivermark", 3],
    ],
    [
      ["northwind", 0],
      ["rivermark", 0],
    ],
  ]);
});

test("a session that has ended opens nothing on the next request, whoever comes beside it", async () => {
  const [ended, lives] = await Promise.all([
    signIn(world.northwind.members.admin),
    signIn(world.northwind.members.admin),
  ]);
  const visits = createVisits(world.deps.globals);
  const both = () =>
    Promise.all([ended, lives].map((sessionId) => visits({ sessionId }).then((visit) => visit?.member.id)));
  const { id } = world.northwind.members.admin;
  expect(await both()).toEqual([id, id]);
  await world.database.owner.query("update member_sessions set ends_at = now() where id_hash = sha256($1::bytea)", [
    ended,
  ]);
  expect(await both()).toEqual([undefined, id]);
});

test("everybody is noted as seen, and a session that is just being noted by another process is not waited for", async () => {
  const sessions = await Promise.all([world.northwind.members.viewer, world.rivermark.members.owner].map(signIn));
  const { owner } = world.database;
  const hashes = "select sha256(id::bytea) from unnest($1::text[]) id";
  await owner.query(
    `update member_sessions set last_seen_at = now() - interval '1 hour' where id_hash in (${hashes})`,
    [sessions],
  );
  const other = await owner.connect();
  await other.query("begin");
  await other.query("select from member_sessions where id_hash = sha256($1::bytea) for update", [sessions[0]]);
  const visits = createVisits(world.deps.globals);
  const found = await Promise.all(sessions.map((sessionId) => visits({ sessionId })));
  expect(found.map((visit) => visit?.member.id)).toEqual([
    world.northwind.members.viewer.id,
    world.rivermark.members.owner.id,
  ]);
  await other.query("rollback");
  other.release();
  const { rows } = await owner.query<{ fresh: boolean }>(
    "select last_seen_at > now() - interval '1 minute' as fresh from unnest($1::text[]) with ordinality asked (id, n) join member_sessions on id_hash = sha256(id::bytea) order by n",
    [sessions],
  );
  expect(rows.map(({ fresh }) => fresh)).toEqual([false, true]);
});

test("a shared statement counts for each request that had a part in it", async () => {
  const sessionId = await signIn(world.northwind.members.viewer);
  const visits = createVisits(world.deps.globals);
  const budgets = [{ statements: [] as string[] }, { statements: [] as string[] }];
  await Promise.all(budgets.map((budget) => withBudget(budget, async () => void (await visits({ sessionId })))));
  expect(budgets.map(({ statements }) => statements.length)).toEqual([1, 1]);
});

test("everybody is told when the database is away, and the next one who asks is answered", async () => {
  const gone = openTestDatabase("postgres://postgres@127.0.0.1:1/none");
  const visits = createVisits(gone.globals);
  const asked = await Promise.allSettled(["a", "b"].map((sessionId) => visits({ sessionId })));
  expect(asked.map((one) => one.status === "rejected" && (one.reason as Error).name)).toEqual([
    "Unavailable",
    "Unavailable",
  ]);
  await gone.close();
});
