// The null character, which no text of PostgreSQL holds, wherever somebody may send one: it finds nothing and breaks nothing.
import { expect, test } from "vitest";
import { worldForTest } from "../support/world.ts";

test("a null character in an address is found nowhere, and everything else is answered", async () => {
  const world = await worldForTest();
  const { slug, members, contacts } = world.northwind;
  const owner = await world.member(members.owner);
  const pages = [
    "/%00",
    "/%00/email-log",
    ...[
      "",
      "/email-log",
      "/suppressions",
      "/workflows",
      "/contact-options",
      "/settings/email-templates/custom-values",
    ].flatMap((path) => ["q", "after", "tag", "status", "batch", "kind"].map((name) => `/${slug}${path}?${name}=%00a`)),
    ...["contacts", "email-log", "email-batches", "workflows", "settings/email-templates"].map(
      (path) => `/${slug}/${path}/%00`,
    ),
    `/${slug}/contacts/${contacts.joined.id}%00`,
    `/${slug}/login-emails?all=1&q=%00&tag=%00&status=%00`,
    `/${slug}/invitations?contact=%00`,
    "/sign-in?next=%00",
  ];
  for (const path of pages) expect([path, (await owner.get(path)).status < 500]).toEqual([path, true]);
  const client = world.client(world.northwind);
  for (const path of ["/l/%00", "/unsubscribe/%00", "/sign-in?next=%00", "/brand/%00", "/%00"])
    expect([path, (await client.get(path)).status < 500]).toEqual([path, true]);
});

test("a form is read without it, however it is written", async () => {
  const world = await worldForTest();
  const { slug, members, contacts } = world.northwind;
  const owner = await world.member(members.owner);
  await owner.page(`/${slug}`);
  const post = await owner.post(`/${slug}/contact-tags`, { contact: contacts.joined.id, tags: "v\0ip" });
  expect(post.status).toBe(303);
  const sneaked = await owner.request("POST", `/${slug}/contact-tags`, `contact=${contacts.joined.id}&tags=o%%0000dd`, {
    headers: { "sec-fetch-site": "same-origin", "content-type": "application/x-www-form-urlencoded" },
  });
  expect(sneaked.status).toBeLessThan(500);
  const { rows } = await world.database.owner.query("select tag from contact_tags order by tag");
  expect(rows.map(({ tag }) => tag)).toContain("vip");
});
