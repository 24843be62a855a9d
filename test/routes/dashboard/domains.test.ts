// The domains page over HTTP: adding, refusing, following, checking and removing, in both agencies and every role.
import { expect, test } from "vitest";
import { countRows, type World, worldForTest } from "../../support/world.ts";

const PAGE = "/northwind/settings/domains";

async function addTo(world: World, slug: "northwind" | "rivermark", domain: string): Promise<string> {
  const owner = await world.member(world[slug].members.owner);
  const answer = await owner.post(`/${slug}/settings/domains`, { domain });
  expect([answer.status, answer.headers.get("location")]).toEqual([303, `/${slug}/settings/domains`]);
  const { rows } = await world.database.owner.query(
    "select id from hosts where kind = 'custom' and agency_id = $1 order by created_at desc limit 1",
    [world[slug].id],
  );
  return (rows[0] as { id: string }).id;
}

const change = (world: World, id: string, columns: string) =>
  world.database.owner.query(`update hosts set ${columns} where id = $1`, [id]);

test("a name pasted in any shape is added with the records to set, a check at once, and a line in the record", async () => {
  const world = await worldForTest();
  const id = await addTo(world, "northwind", "https://Clients.Northwind.example:8443/sign-in");
  const admin = await world.member(world.northwind.members.admin);
  const html = await admin.page(PAGE);
  for (const words of [
    "Waiting for DNS",
    'data-copy="clients"',
    'data-copy="_portico-challenge.clients"',
    "_portico-challenge.clients.northwind.example",
    'data-copy="portico-verify=',
    "Included",
    `id="domain-${id}"`,
  ])
    expect(html).toContain(words);
  expect(html).toMatch(/data-copy="c-[a-z2-7]{16}\.portal\.localhost"/);
  const { rows } = await world.database.owner.query("select kind, payload from jobs where agency_id = $1 and id = $2", [
    world.northwind.id,
    id,
  ]);
  expect(rows).toEqual([{ kind: "check-domain", payload: { hostId: id } }]);
  const { rows: events } = await world.database.owner.query(
    "select member_id, data from events where kind = 'domain.added'",
  );
  expect(events).toEqual([
    {
      member_id: world.northwind.members.owner.id,
      data: { domain: "clients.northwind.example", before: null, after: "pending" },
    },
  ]);
  expect(await countRows(world, "hosts", world.rivermark.id)).toBe(1);
  const rafael = await world.member(world.rivermark.members.owner);
  expect(await rafael.page("/rivermark/settings/domains")).not.toContain("northwind");
});

test("a refused name is told at the field with the reason, and what was typed stays", async () => {
  const world = await worldForTest();
  const nora = await world.member(world.northwind.members.owner);
  await addTo(world, "northwind", "clients.northwind.example");
  const wrong: [string, string][] = [
    ["", "Enter a domain"],
    ["10.0.0.1", "IP address"],
    ["co.uk", "public suffix"],
    ["intranet", "one part of a name"],
    ["rivermark.portal.localhost", "belongs to Portico"],
    ["a_b.example.com", "underscore"],
    ["аpple.example", "mixes alphabets"],
    ["clients.northwind.example", "on the list already"],
  ];
  for (const [domain, reason] of wrong) {
    for (const htmx of ["domain-add", undefined]) {
      const answer = await nora.post(PAGE, { domain }, htmx ? { htmx } : {});
      const html = await answer.text();
      expect([domain, answer.status]).toEqual([domain, 422]);
      expect(html).toContain(reason);
      expect(html).toContain('aria-invalid="true"');
      if (domain) expect(html).toContain(`value="${domain}"`);
      expect(html.includes("<html")).toBe(htmx === undefined);
    }
  }
  expect(await countRows(world, "hosts", world.northwind.id)).toBe(2);
});

test("a name that another agency holds is added like any other, and nothing says whose it is", async () => {
  const world = await worldForTest();
  const theirs = await addTo(world, "rivermark", "shared.example.com");
  await change(world, theirs, "verified_at = now(), proven_by = 'txt', active_at = now()");
  const id = await addTo(world, "northwind", "shared.example.com");
  const seen = { values: [] };
  const records = { cname: seen, txt: seen, a: seen, aaaa: seen, caa: seen, expected: { a: seen, aaaa: seen } };
  const check = { records, probe: null, proxy: null, proof: "txt", reachable: "unknown", held: true };
  await world.database.owner.query("update hosts set checked_at = now(), last_check = $2 where id = $1", [
    id,
    JSON.stringify(check),
  ]);
  const nora = await world.member(world.northwind.members.owner);
  const html = await nora.page(PAGE);
  expect(html).toContain("This name is in use.");
  expect(html.toLowerCase()).not.toContain("rivermark");
  expect(html).toContain("Failing");
});

test("a page follows a domain: only its foot while nothing changes, all of it and a word when it does, and then no more", async () => {
  const world = await worldForTest();
  const id = await addTo(world, "northwind", "clients.northwind.example");
  await change(world, id, "next_check_at = now() + interval '30 seconds'");
  const nora = await world.member(world.northwind.members.viewer);
  const url = async (html: string) => /hx-get="([^"]*domains\/[^"]*)" hx-trigger="every 2s"/.exec(html)?.[1] ?? "";
  const path = await url(await nora.page(PAGE));
  expect(path).toContain(`${PAGE}/${id}?seen=`);
  const same = await (await nora.get(path, { htmx: `domain-${id}` })).text();
  expect(same).toContain(`hx-target="#domain-${id}-foot"`);
  expect(same).not.toContain("<section");
  await change(
    world,
    id,
    "verified_at = now(), proven_by = 'cname', active_at = now(), next_check_at = now() + interval '15 minutes'",
  );
  const active = await (await nora.get(path, { htmx: `domain-${id}` })).text();
  expect(active).toContain("Active");
  expect(active).toContain('hx-target="#live"');
  expect(active).toContain("clients.northwind.example: Active");
  expect(active).not.toContain("hx-trigger");
  expect((await nora.get(path)).headers.get("location")).toBe(PAGE);
});

test("checking now makes the check due, with and without JavaScript, and not too often", async () => {
  const world = await worldForTest();
  const id = await addTo(world, "northwind", "clients.northwind.example");
  const nora = await world.member(world.northwind.members.owner);
  await change(world, id, "next_check_at = now() + interval '1 day'");
  await world.database.owner.query("update jobs set run_at = now() + interval '1 day' where id = $1", [id]);
  const answer = await nora.post(`${PAGE}/${id}/checks`, {}, { htmx: `domain-${id}` });
  const html = await answer.text();
  expect([answer.status, html]).toEqual([200, expect.stringContaining("Checking now.")]);
  expect(html).toContain('hx-trigger="every 2s"');
  const { rows } = await world.database.owner.query("select run_at <= now() as due from jobs where id = $1", [id]);
  expect(rows).toEqual([{ due: true }]);
  expect((await nora.post(`${PAGE}/${id}/checks`)).status).toBe(303);
  for (let i = 0; i < 18; i++) await nora.post(`${PAGE}/${id}/checks`);
  const refused = await nora.post(`${PAGE}/${id}/checks`);
  expect([refused.status, Number(refused.headers.get("retry-after")) > 0]).toEqual([429, true]);
});

test("removing asks first, says what stops, and leaves a tombstone of a proven name alone", async () => {
  const world = await worldForTest();
  const nora = await world.member(world.northwind.members.owner);
  const proven = await addTo(world, "northwind", "clients.northwind.example");
  await change(world, proven, "verified_at = now(), proven_by = 'cname', active_at = now()");
  const asked = await nora.page(`${PAGE}/${proven}/removal`);
  expect(asked).toContain("Links that lead to clients.northwind.example stop working");
  const answer = await nora.post(`${PAGE}/${proven}/removal`);
  expect([answer.status, answer.headers.get("location")]).toEqual([303, PAGE]);
  const unproven = await addTo(world, "northwind", "other.northwind.example");
  await nora.post(`${PAGE}/${unproven}/removal`);
  const { rows } = await world.database.owner.query(
    "select name, released_at is not null as released from hosts where kind = 'custom'",
  );
  expect(rows).toEqual([{ name: "clients.northwind.example", released: true }]);
  expect(await nora.page(PAGE)).not.toContain(`domain-${proven}`);
  expect((await nora.post(`${PAGE}/${proven}/removal`)).status).toBe(404);
  expect((await nora.post(`${PAGE}/${proven}/checks`)).status).toBe(404);
  await addTo(world, "northwind", "clients.northwind.example");
  const { rows: claims } = await world.database.owner.query(
    "select needs_txt, proof_value from hosts where name = 'clients.northwind.example' order by created_at",
  );
  expect(claims.map((row) => (row as { needs_txt: boolean }).needs_txt)).toEqual([false, true]);
  expect(new Set(claims.map((row) => (row as { proof_value: string }).proof_value)).size).toBe(2);
});

test("a name in letters of its own is shown as people write it, while records and links keep what DNS knows", async () => {
  const world = await worldForTest();
  const id = await addTo(world, "northwind", "Kunden.Bücher.example");
  const nora = await world.member(world.northwind.members.owner);
  const page = await nora.page(PAGE);
  expect(page).toContain("kunden.bücher.example");
  expect(page).toContain("_portico-challenge.kunden.xn--bcher-kva.example");
  await change(world, id, "verified_at = now(), proven_by = 'cname', active_at = now()");
  expect(await nora.page(`${PAGE}/${id}/selection`)).toContain("Use kunden.bücher.example?");
  await nora.post(`${PAGE}/${id}/selection`, { from: "portal" });
  const portal = await nora.page("/northwind");
  expect(portal).toContain("kunden.bücher.example (default)");
  expect(portal).toContain("http://kunden.xn--bcher-kva.example");
  expect(await nora.page(`${PAGE}/${id}/removal`)).toContain("Remove kunden.bücher.example");
});

test("members and viewers see domains and change none; another agency's do not exist", async () => {
  const world = await worldForTest();
  const id = await addTo(world, "northwind", "clients.northwind.example");
  for (const role of ["member", "viewer"] as const) {
    const visitor = await world.member(world.northwind.members[role]);
    const html = await visitor.page(PAGE);
    expect(html).toContain("clients.northwind.example");
    for (const words of ["Add domain", "Check now", "Remove"]) expect(html).not.toContain(words);
    expect((await visitor.post(PAGE, { domain: "x.northwind.example" })).status).toBe(403);
    expect((await visitor.post(`${PAGE}/${id}/checks`)).status).toBe(403);
    expect((await visitor.post(`${PAGE}/${id}/removal`)).status).toBe(403);
  }
  const rafael = await world.member(world.rivermark.members.owner);
  for (const path of [`/rivermark/settings/domains/${id}`, `/rivermark/settings/domains/${id}/removal`])
    expect((await rafael.get(path, { htmx: "dialog" })).status).toBe(404);
  for (const verb of ["checks", "removal"])
    expect((await rafael.post(`/rivermark/settings/domains/${id}/${verb}`)).status).toBe(404);
  expect((await rafael.get(`/rivermark/settings/domains/not-an-id/removal`)).status).toBe(404);
  expect(await countRows(world, "hosts", world.northwind.id)).toBe(2);
});
