// Magic links over HTTP: shown once, in no log and no table, and gone when cancelled.
import { expect, test } from "vitest";
import { redeemAccessLink } from "../../../src/models/access-links.ts";
import { type World, worldForTest } from "../../support/world.ts";

const open = async () => {
  const world = await worldForTest();
  const nora = await world.member(world.northwind.members.member);
  await nora.page("/northwind");
  return { world, nora, contacts: world.northwind.contacts };
};
const linkIn = (html: string) => /value="(http:\/\/[^"]+\/l\/([A-Za-z0-9_-]{43}))"/.exec(html);
const redeem = async (world: World, token: string) => {
  const visit = { host: world.northwind.host, address: "192.0.2.7", userAgent: "Mozilla/5.0" };
  const store = world.deps.agencies.open(world.northwind.id);
  return (await store.write((db) => redeemAccessLink(db, token, visit))).entry !== undefined;
};

test("the dialog offers where it leads, for how long and how often", async () => {
  const { nora, contacts } = await open();
  const html = await nora.page(`/northwind/magic-links?contact=${contacts.joined.id}`, { htmx: "dialog" });
  expect(html).toContain(`Magic link for ${contacts.joined.name}`);
  for (const words of ["Portal home", "Profile", "1 hour", "24 hours", "7 days", "Once", "Until it expires"])
    expect(html).toContain(words);
});

test("the link is shown once, on the agency's host, with copy and QR code, and is kept in no table and no log", async () => {
  const { world, nora, contacts } = await open();
  const fields = { contact: contacts.joined.id, destination: "/", lifetime: "86400", uses: "once" };
  const answer = await nora.post("/northwind/magic-links", fields, { htmx: "dialog" });
  const html = await answer.text();
  const [, url = "", token = ""] = linkIn(html) ?? [];
  expect([answer.status, answer.headers.get("cache-control")]).toEqual([200, expect.stringContaining("no-store")]);
  expect(url).toBe(`http://${world.northwind.host}/l/${token}`);
  expect(html).toContain(`data-copy="${url}"`);
  expect(html).toContain("QR code of the magic link");
  expect(world.logged.join("\n")).not.toContain(token);
  for (const table of ["access_links", "access_tokens", "events", "jobs", "emails"]) {
    const { rows } = await world.database.owner.query(`select string_agg(t::text, ' ') as everything from ${table} t`);
    expect(rows[0].everything ?? "").not.toContain(token);
  }
  expect(await nora.page(`/northwind/contacts/${contacts.joined.id}`)).not.toContain(token);
  expect([await redeem(world, token), await redeem(world, token)]).toEqual([true, false]);
});

test("without JavaScript the same link stands in a page, and one that works until it expires works again", async () => {
  const { world, nora, contacts } = await open();
  const answer = await nora.post("/northwind/magic-links", { contact: contacts.invited.id, uses: "until-expired" });
  const html = await answer.text();
  expect(answer.status).toBe(200);
  expect(html).toMatch(/^<!DOCTYPE html>/i);
  const token = linkIn(html)?.[2] ?? "";
  expect([await redeem(world, token), await redeem(world, token)]).toEqual([true, true]);
});

test("cancelling it kills it", async () => {
  const { world, nora, contacts } = await open();
  const html = await (
    await nora.post("/northwind/magic-links", { contact: contacts.joined.id }, { htmx: "dialog" })
  ).text();
  const action = /action="(\/northwind\/magic-links\/[^"]+\/revocation)"/.exec(html)?.[1] ?? "";
  const answer = await nora.post(action, {}, { htmx: "dialog" });
  expect(await answer.text()).toContain("Link cancelled");
  expect(await redeem(world, linkIn(html)?.[2] ?? "")).toBe(false);
  expect((await nora.post(action)).headers.get("location")).toBe(`/northwind/contacts/${contacts.joined.id}`);
});

test("a revoked contact gets none, and what is not offered is refused", async () => {
  const { world, nora, contacts } = await open();
  const { id } = contacts.joined;
  for (const fields of [
    { contact: contacts.revoked.id },
    { contact: id, destination: "//evil.example" },
    { contact: id, lifetime: "1" },
    { contact: id, uses: "for ever" },
  ]) {
    const answer = await nora.post("/northwind/magic-links", fields);
    expect([fields, answer.status]).toEqual([fields, 422]);
    expect(linkIn(await answer.text())).toBeNull();
  }
  const { rows } = await world.database.owner.query("select from access_links");
  expect(rows).toHaveLength(0);
});

test("a viewer may not, and neither another agency's contact nor its links exist", async () => {
  const { world, nora, contacts } = await open();
  const viewer = await world.member(world.northwind.members.viewer);
  await viewer.page("/northwind");
  expect((await viewer.post("/northwind/magic-links", { contact: contacts.joined.id })).status).toBe(403);
  const theirs = world.rivermark.contacts.joined.id;
  expect((await nora.get(`/northwind/magic-links?contact=${theirs}`)).status).toBe(404);
  expect((await nora.post("/northwind/magic-links", { contact: theirs })).status).toBe(404);
  const rafael = await world.member(world.rivermark.members.owner);
  await rafael.page("/rivermark");
  const html = await (await rafael.post("/rivermark/magic-links", { contact: theirs })).text();
  const action = /action="\/rivermark(\/magic-links\/[^"]+\/revocation)"/.exec(html)?.[1] ?? "";
  expect((await nora.post(`/northwind${action}`)).status).toBe(404);
});
