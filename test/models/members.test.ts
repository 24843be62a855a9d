// Members: one account an address, links that set a password once, and what a new password ends.
import { expect, test } from "vitest";
import { Invalid } from "../../src/models/errors.ts";
import {
  createMember,
  createMemberLink,
  findMemberLink,
  findMemberPassword,
  holdMemberPassword,
  redeemMemberLink,
  renewMemberHash,
  requestMemberReset,
} from "../../src/models/members.ts";
import { findMemberVisit, startMemberSession } from "../../src/models/people.ts";
import { databaseForTest, type TestDatabase } from "../support/database.ts";

const nora = { email: "nora@northwind.example", name: "Nora", passwordHash: "hash one" };

async function withNora(): Promise<TestDatabase & { memberId: string }> {
  const database = await databaseForTest();
  return { ...database, memberId: await database.globals.run((db) => createMember(db, nora)) };
}

const startSession = ({ globals, memberId }: TestDatabase & { memberId: string }) =>
  globals.run((db) =>
    startMemberSession(db, { memberId, method: "password", address: "192.0.2.1", userAgent: "test" }),
  );

test("an address has one account, also when two ask for it at once", async () => {
  const { globals } = await databaseForTest();
  const results = await Promise.allSettled(
    Array.from({ length: 5 }, () => globals.write((db) => createMember(db, nora))),
  );
  expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(1);
  const refused = results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
  expect(refused).toEqual(Array(4).fill(expect.any(Invalid)));
});

test("a newer hash takes the place of the one it was made from and of no other", async () => {
  const { globals, memberId } = await withNora();
  await globals.run((db) => renewMemberHash(db, { memberId, hash: "another" }, "hash two"));
  expect((await globals.run((db) => findMemberPassword(db, nora.email)))?.hash).toBe("hash one");
  await globals.run((db) => renewMemberHash(db, { memberId, hash: "hash one" }, "hash two"));
  expect((await globals.run((db) => findMemberPassword(db, nora.email)))?.hash).toBe("hash two");
});

test("a password that changed while it was checked signs nobody in", async () => {
  const { globals, memberId } = await withNora();
  expect(await globals.write((db) => holdMemberPassword(db, { memberId, hash: "hash one" }))).toBe(true);
  expect(await globals.write((db) => holdMemberPassword(db, { memberId, hash: "hash zero" }))).toBe(false);
});

test("of many uses of one link at once one sets the password", async () => {
  const { globals, memberId } = await withNora();
  const token = await globals.run((db) => createMemberLink(db, memberId, 60));
  const results = await Promise.all(
    Array.from({ length: 8 }, (_, i) => globals.write((db) => redeemMemberLink(db, token, `new ${i}`))),
  );
  const winner = results.findIndex((result) => result === memberId);
  expect(results.filter((result) => result !== undefined)).toEqual([memberId]);
  expect((await globals.run((db) => findMemberPassword(db, nora.email)))?.hash).toBe(`new ${winner}`);
});

test("of two links of one member used at once one sets the password and the other is dead", async () => {
  const { globals, memberId } = await withNora();
  const tokens = await Promise.all([1, 2].map(() => globals.run((db) => createMemberLink(db, memberId, 60))));
  const results = await Promise.all(tokens.map((token) => globals.write((db) => redeemMemberLink(db, token, "new"))));
  expect(results.filter((result) => result !== undefined)).toEqual([memberId]);
  for (const token of tokens) expect((await globals.run((db) => findMemberLink(db, token)))?.state).toBe("used");
});

test("a new password ends every session of the member and nobody else's", async () => {
  const database = await withNora();
  const { globals, memberId } = database;
  const rafaelId = await globals.run((db) => createMember(db, { ...nora, email: "rafael@rivermark.example" }));
  const noras = [await startSession(database), await startSession(database)];
  const rafaels = await startSession({ ...database, memberId: rafaelId });
  const token = await globals.run((db) => createMemberLink(db, memberId, 60));
  await globals.write((db) => redeemMemberLink(db, token, "new"));
  for (const id of noras) expect(await globals.run((db) => findMemberVisit(db, id))).toBeUndefined();
  expect((await globals.run((db) => findMemberVisit(db, rafaels)))?.member.id).toBe(rafaelId);
});

test("a link that has expired, or was never made, sets nothing", async () => {
  const { globals, memberId } = await withNora();
  const token = await globals.run((db) => createMemberLink(db, memberId, -1));
  expect((await globals.run((db) => findMemberLink(db, token)))?.state).toBe("expired");
  expect(await globals.write((db) => redeemMemberLink(db, token, "new"))).toBeUndefined();
  expect(await globals.write((db) => redeemMemberLink(db, "unknown", "new"))).toBeUndefined();
  expect(await globals.run((db) => findMemberLink(db, "unknown"))).toBeUndefined();
  expect((await globals.run((db) => findMemberPassword(db, nora.email)))?.hash).toBe("hash one");
});

test("the token of a link is in no table", async () => {
  const { globals, memberId, owner } = await withNora();
  const token = await globals.run((db) => createMemberLink(db, memberId, 60));
  const { rows } = await owner.query("select member_links::text as row from member_links");
  expect(rows).toHaveLength(1);
  expect(JSON.stringify(rows)).not.toContain(token);
});

test("asking for a link writes the same rows for an address with an account and for one without", async () => {
  const { globals, owner } = await withNora();
  for (const email of [nora.email, "nobody@nowhere.example"])
    await globals.write((db) => requestMemberReset(db, email));
  const requests = await owner.query("select kind from member_mail_requests");
  const jobs = await owner.query("select kind, lane, payload from jobs");
  expect(requests.rows).toEqual([{ kind: "reset" }, { kind: "reset" }]);
  expect(jobs.rows.map(({ kind, lane }) => ({ kind, lane }))).toEqual([
    { kind: "send-member-reset", lane: "interactive" },
    { kind: "send-member-reset", lane: "interactive" },
  ]);
  expect(JSON.stringify(jobs.rows)).not.toContain("@");
});
