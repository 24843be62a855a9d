// The sending domain page over HTTP: adding, refusing, following, choosing, testing and removing, in both agencies and every role.
import { expect, test } from "vitest";
import type { Role } from "../../../src/db/schema.ts";
import { countRows, type World, worldForTest } from "../../support/world.ts";

const PAGE = "/northwind/settings/sending";
const PLATFORM = { MAIL_FROM: "Portico <no-reply@portico.example>", SPF_INCLUDE: "_spf.portico.example" };

type Slug = "northwind" | "rivermark";

async function addTo(world: World, slug: Slug, domain: string): Promise<string> {
  const owner = await world.member(world[slug].members.owner);
  const answer = await owner.post(`/${slug}/settings/sending`, { domain });
  expect([answer.status, answer.headers.get("location")]).toEqual([303, `/${slug}/settings/sending`]);
  const { rows } = await world.database.owner.query(
    "select id from sending_domains where agency_id = $1 order by created_at desc limit 1",
    [world[slug].id],
  );
  return (rows[0] as { id: string }).id;
}

const verify = (world: World, id: string) =>
  world.database.owner.query("update sending_domains set verified_at = now(), check_asked_at = null where id = $1", [
    id,
  ]);

async function eventsOf(world: World, slug: Slug) {
  const { rows } = await world.database.owner.query(
    "select kind, member_id, data from events where agency_id = $1 and kind like 'sending-domain.%' order by id",
    [world[slug].id],
  );
  return rows as { kind: string; member_id: string; data: Record<string, unknown> }[];
}

test("an address pasted whole is added with the records to set, a check at once, and a line in the record", async () => {
  const world = await worldForTest(PLATFORM);
  const id = await addTo(world, "northwind", "Northwind <Team@Northwind.example>");
  const html = await (await world.member(world.northwind.members.admin)).page(PAGE);
  for (const words of [
    "Waiting for DNS",
    "Sender once verified",
    'data-copy="_portico-mail"',
    'data-copy="portico-verify=',
    'data-copy="portico1._domainkey"',
    'data-copy="v=DKIM1; k=rsa; p=MII',
    'data-copy="v=spf1 include:_spf.portico.example ~all"',
    'data-copy="v=DMARC1; p=none"',
    "no-reply@portico.example",
    'value="team"',
    `id="sending-${id}"`,
  ])
    expect(html).toContain(words);
  expect(html).not.toMatch(/PRIVATE KEY|portico-bounces/);
  const { rows } = await world.database.owner.query("select kind, payload from jobs where id = $1", [id]);
  expect(rows).toEqual([{ kind: "check-sending-domain", payload: { domainId: id } }]);
  expect(await eventsOf(world, "northwind")).toEqual([
    {
      kind: "sending-domain.added",
      member_id: world.northwind.members.owner.id,
      data: { domain: "northwind.example", before: null, after: "pending", from: "team@northwind.example" },
    },
  ]);
  const rafael = await world.member(world.rivermark.members.owner);
  expect(await rafael.page("/rivermark/settings/sending")).not.toContain("northwind");
  expect(await countRows(world, "sending_domains", world.rivermark.id)).toBe(0);
});

test("a key is the domain's own, sealed, and opens under the server's secret for this row alone", async () => {
  const world = await worldForTest(PLATFORM);
  const ids = [await addTo(world, "northwind", "northwind.example"), await addTo(world, "northwind", "other.example")];
  const { rows } = await world.database.owner.query("select id, public_key, private_key from sending_domains");
  const found = rows as { id: string; public_key: string; private_key: Buffer }[];
  expect(new Set(found.map(({ public_key }) => public_key)).size).toBe(2);
  for (const { id, private_key } of found) {
    const other = ids.find((one) => one !== id);
    expect(world.deps.keys.open("dkim", private_key, `${world.northwind.id}/${id}`)?.plain.length).toBeGreaterThan(
      1_000,
    );
    expect(world.deps.keys.open("dkim", private_key, `${world.northwind.id}/${other}`)).toBeUndefined();
    expect(world.deps.keys.open("dkim", private_key, `${world.rivermark.id}/${id}`)).toBeUndefined();
  }
});

test("a domain in letters of its own is shown as people write it, and its records as DNS knows them", async () => {
  const world = await worldForTest();
  const nora = await world.member(world.northwind.members.owner);
  expect((await nora.post("/northwind/settings/sending", { domain: "hallo@bücher.example" })).status).toBe(303);
  const page = await nora.page("/northwind/settings/sending");
  expect(page).toContain("@bücher.example");
  expect(page).toContain("_dmarc.xn--bcher-kva.example");
  expect(page).not.toContain("@xn--");
});

test("a refused domain is told at the field with the reason, and what was typed stays", async () => {
  const world = await worldForTest(PLATFORM);
  const nora = await world.member(world.northwind.members.owner);
  await addTo(world, "northwind", "northwind.example");
  const wrong: [string, string][] = [
    ["", "Enter a domain"],
    ["10.0.0.1", "IP address"],
    ["co.uk", "public suffix"],
    ["hello@portico.example", "belongs to Portico"],
    ["te am@northwind.example", "Before the @"],
    ["team,eve@northwind.example", "Before the @"],
    ["x\r\nBcc: eve@northwind.example", "Before the @"],
    ["northwind.example", "on the list already"],
  ];
  for (const [domain, reason] of wrong) {
    for (const htmx of ["sending-add", undefined]) {
      const answer = await nora.post(PAGE, { domain }, htmx ? { htmx } : {});
      const html = await answer.text();
      expect([domain, answer.status]).toEqual([domain, 422]);
      expect(html).toContain(reason);
      expect(html).toContain('aria-invalid="true"');
      expect(html.includes("<html")).toBe(htmx === undefined);
    }
  }
  expect(await countRows(world, "sending_domains", world.northwind.id)).toBe(1);
});

test("another agency may claim the same domain, and neither page tells of the other", async () => {
  const world = await worldForTest(PLATFORM);
  const first = await addTo(world, "northwind", "northwind.example");
  await verify(world, first);
  const second = await addTo(world, "rivermark", "northwind.example");
  const html = await (await world.member(world.rivermark.members.owner)).page("/rivermark/settings/sending");
  expect(html).toContain("Waiting for DNS");
  expect(html).not.toContain(first);
  const { rows } = await world.database.owner.query("select distinct proof_value, public_key from sending_domains");
  expect(rows).toHaveLength(2);
  await expect(verify(world, second)).rejects.toThrow("sending_domains_one_holder");
});

test("a member and a viewer see the page and change nothing; another agency's id is no domain at all", async () => {
  const world = await worldForTest(PLATFORM);
  const id = await addTo(world, "northwind", "northwind.example");
  const theirs = await addTo(world, "rivermark", "rivermark.example");
  const posts: [string, Record<string, string>][] = [
    ["", { domain: "x.example" }],
    ["/selection", {}],
    [`/${id}/checks`, {}],
    [`/${id}/sender`, { sender: "x" }],
    [`/${id}/selection`, {}],
    [`/${id}/tests`, {}],
    [`/${id}/removal`, {}],
  ];
  for (const role of ["member", "viewer"] satisfies Role[]) {
    const visitor = await world.member(world.northwind.members[role]);
    const html = await visitor.page(PAGE);
    expect(html).toContain("northwind.example");
    expect(html).not.toMatch(/<form[^>]*settings\/sending|removal/);
    for (const [path, fields] of posts)
      expect([path, (await visitor.post(PAGE + path, fields)).status]).toEqual([path, 403]);
  }
  const owner = await world.member(world.northwind.members.owner);
  await owner.page(PAGE);
  for (const [path, fields] of posts.slice(2)) {
    for (const wrong of [theirs, "0199a0a0-0000-7000-8000-000000000000", "x"])
      expect((await owner.post(PAGE + path.replace(id, wrong), fields)).status).toBe(404);
  }
  expect((await owner.get(`${PAGE}/${theirs}`, { htmx: `sending-${theirs}` })).status).toBe(404);
  expect((await eventsOf(world, "rivermark")).map(({ kind }) => kind)).toEqual(["sending-domain.added"]);
});

test("the part before the @ is changed and recorded; a hostile one is refused at the field", async () => {
  const world = await worldForTest(PLATFORM);
  const id = await addTo(world, "northwind", "northwind.example");
  const nora = await world.member(world.northwind.members.owner);
  await nora.page(PAGE);
  const saved = await nora.post(`${PAGE}/${id}/sender`, { sender: " Team " }, { htmx: `sending-${id}-address` });
  expect(await saved.text()).toContain('value="team"');
  for (const sender of ["", "a b", "a,b", "a@b", "a\r\nBcc: x", '"a"', "te\u202Eam", ".a"]) {
    const answer = await nora.post(`${PAGE}/${id}/sender`, { sender }, { htmx: `sending-${id}-address` });
    expect([sender, answer.status]).toEqual([sender, 422]);
    expect(await answer.text()).toContain('aria-invalid="true"');
    expect((await nora.post(`${PAGE}/${id}/sender`, { sender })).status).toBe(303);
  }
  const changes = (await eventsOf(world, "northwind")).filter(({ kind }) => kind === "sending-domain.changed");
  expect(changes.map(({ data }) => data)).toEqual([{ domain: "northwind.example", before: "hello", after: "team" }]);
});

test("one sender at a time: a domain, another one, or the included address; each choice is in the record", async () => {
  const world = await worldForTest(PLATFORM);
  const [one, two] = [await addTo(world, "northwind", "one.example"), await addTo(world, "northwind", "two.example")];
  const nora = await world.member(world.northwind.members.owner);
  await nora.page(PAGE);
  const chosen = async () => {
    const { rows } = await world.database.owner.query(
      "select domain from sending_domains where selected_at is not null",
    );
    return rows.map(({ domain }: { domain: string }) => domain);
  };
  expect(await chosen()).toEqual(["one.example"]);
  expect((await nora.post(`${PAGE}/${two}/selection`)).status).toBe(303);
  expect(await chosen()).toEqual(["two.example"]);
  expect((await nora.post(`${PAGE}/selection`)).status).toBe(303);
  expect(await chosen()).toEqual([]);
  await Promise.all([nora.post(`${PAGE}/${one}/selection`), nora.post(`${PAGE}/${two}/selection`)]);
  expect(await chosen()).toHaveLength(1);
  const choices = (await eventsOf(world, "northwind")).filter(({ kind }) => kind === "sending-domain.selected");
  expect(choices.slice(0, 2).map(({ data }) => data)).toEqual([
    { before: "one.example", after: "two.example" },
    { before: "two.example", after: null },
  ]);
});

test("a test mail is queued for the member who asks, once, and for a verified domain alone", async () => {
  const world = await worldForTest(PLATFORM);
  const id = await addTo(world, "northwind", "northwind.example");
  const nora = await world.member(world.northwind.members.owner);
  await nora.page(PAGE);
  expect((await nora.post(`${PAGE}/${id}/tests`)).status).toBe(422);
  await verify(world, id);
  for (let i = 0; i < 3; i++) expect((await nora.post(`${PAGE}/${id}/tests`)).status).toBe(303);
  const { rows } = await world.database.owner.query("select payload from jobs where kind = 'send-test-mail'");
  expect(rows).toEqual([{ payload: { domainId: id, memberId: world.northwind.members.owner.id } }]);
});

test("a page that follows a domain gets it when something changed, and its foot alone when nothing did", async () => {
  const world = await worldForTest(PLATFORM);
  const id = await addTo(world, "northwind", "northwind.example");
  const nora = await world.member(world.northwind.members.owner);
  const seen = /hx-get="([^"]+\?seen=[^"]+)"/.exec(await nora.page(PAGE))?.[1] ?? "";
  const same = await (await nora.get(seen, { htmx: `sending-${id}` })).text();
  expect(same).toContain(`sending-${id}-foot`);
  expect(same).not.toContain("<section");
  await verify(world, id);
  const changed = await (await nora.get(seen, { htmx: `sending-${id}` })).text();
  expect(changed).toContain("<section");
  expect(changed).toContain("northwind.example: Verified");
  expect(changed).not.toContain("hx-trigger");
});

test("removing asks first, deletes the key, and works without scripts", async () => {
  const world = await worldForTest(PLATFORM);
  const id = await addTo(world, "northwind", "northwind.example");
  const nora = await world.member(world.northwind.members.owner);
  expect(await nora.page(`${PAGE}/${id}/removal`)).toContain("Its key is deleted.");
  expect((await nora.post(`${PAGE}/${id}/removal`)).status).toBe(303);
  expect(await nora.page(PAGE)).toContain("northwind.example removed");
  expect(await countRows(world, "sending_domains", world.northwind.id)).toBe(0);
  const { rows } = await world.database.owner.query("select 1 from jobs where id = $1", [id]);
  expect(rows).toEqual([]);
  expect((await eventsOf(world, "northwind")).at(-1)).toMatchObject({
    kind: "sending-domain.removed",
    data: { domain: "northwind.example", before: "pending", after: null, selected: true },
  });
});
