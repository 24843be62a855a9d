// Checking domains: what proves a name, what makes it active, what degrades it, and what does neither; with real DNS on loopback.
import { expect, test } from "vitest";
import { Invalid } from "../../src/models/errors.ts";
import { domainWorld } from "./domain-world.ts";

const NAME = "clients.northwind.example";

test("a name goes from pending over verified to active as its records appear and our server answers", async () => {
  const world = await domainWorld();
  const id = await world.add("northwind", `https://${NAME.toUpperCase()}/sign-in`);
  const claimed = await world.domain("northwind", id);
  expect(claimed).toMatchObject({ name: NAME, state: "pending", zone: "northwind.example", apex: false });
  expect(claimed.records.target).toMatch(/^c-[a-z2-7]{16}\.portal\.example$/);
  expect(claimed.records.txtName).toBe(`_portico-challenge.${NAME}`);
  expect(await world.work()).toBe(1);
  expect((await world.domain("northwind", id)).lastCheck?.records.cname).toEqual({ values: [] });
  await world.point("northwind", id);
  expect(await world.state("northwind", id)).toBe("verified");
  expect(await world.state("northwind", id)).toBe("verified");
  const found = (await world.domain("northwind", id)).lastCheck;
  expect(found?.probe?.http).toEqual({ result: "other", why: "Another server answers there (status 200)." });
  world.served.add(NAME);
  expect(await world.state("northwind", id)).toBe("active");
  expect(await world.domain("northwind", id)).toMatchObject({ provenBy: "cname", lastCheck: { reachable: "yes" } });
  expect(await world.events("northwind")).toEqual([
    "domain.added null → pending",
    "domain.verified pending → verified",
    "domain.activated verified → active",
  ]);
  expect(await world.events("rivermark")).toEqual([]);
});

test("a TXT record proves a name behind a proxy, and an apex, which no alias does", async () => {
  const world = await domainWorld();
  const proxied = await world.add("northwind", NAME);
  await world.point("northwind", proxied, "txt");
  expect(await world.state("northwind", proxied)).toBe("verified");
  expect((await world.domain("northwind", proxied)).provenBy).toBe("txt");
  const apex = await world.add("northwind", "northwind.example");
  expect(await world.domain("northwind", apex)).toMatchObject({ apex: true, needsTxt: true });
  await world.point("northwind", apex, "cname");
  expect(await world.state("northwind", apex)).toBe("pending");
  await world.point("northwind", apex, "txt");
  expect(await world.state("northwind", apex)).toBe("verified");
});

test("nothing but the very records of this claim proves it", async () => {
  const world = await domainWorld();
  const id = await world.add("northwind", NAME);
  const other = await world.add("rivermark", "portal.rivermark.example");
  const { records } = await world.domain("northwind", id);
  const foreign = await world.domain("rivermark", other);
  const wrong = [
    { [NAME]: { CNAME: [foreign.records.target] } },
    { [NAME]: { CNAME: ["portal.example"] } },
    { [NAME]: { CNAME: [`${records.target}.evil.example`] } },
    { [records.txtName]: { TXT: [foreign.records.txtValue] } },
    { [records.txtName]: { TXT: [`${records.txtValue}0`] } },
    { [records.txtName]: { TXT: [records.txtValue.replace("portico-verify=", "")] } },
    { [NAME]: { TXT: [records.txtValue] } },
    { [`_portico-challenge.${NAME}.northwind.example`]: { TXT: [records.txtValue] } },
    { [NAME]: { A: ["127.0.0.1"] } },
  ];
  world.served.add(NAME);
  for (const zone of wrong) {
    for (const name of [NAME, records.txtName]) world.publish(name, null);
    for (const [name, published] of Object.entries(zone)) world.publish(name, published);
    expect([zone, await world.state("northwind", id)]).toEqual([zone, "pending"]);
  }
});

test("a hostile zone's endless answers are read to the end and kept short", async () => {
  const world = await domainWorld();
  const id = await world.add("northwind", "kunden.bücher.example");
  const { name, shownName, records } = await world.domain("northwind", id);
  expect([name, shownName]).toEqual(["kunden.xn--bcher-kva.example", "kunden.bücher.example"]);
  const noise = Array.from({ length: 60 }, (_, i) => `portico-verify=${"x".repeat(400)}${i}`);
  world.publish(records.txtName, { TXT: [...noise, records.txtValue] });
  expect(await world.state("northwind", id)).toBe("verified");
  const { lastCheck } = await world.domain("northwind", id);
  expect(lastCheck?.records.txt.values.length).toBeLessThanOrEqual(12);
  expect(JSON.stringify(lastCheck).length).toBeLessThan(6_000);
});

test("what only one resolver says, errors and loops prove nothing and are told", async () => {
  const world = await domainWorld();
  const id = await world.add("northwind", NAME);
  const { records } = await world.domain("northwind", id);
  world.servers[0].set(NAME, { CNAME: [records.target] });
  expect(await world.state("northwind", id)).toBe("pending");
  expect((await world.domain("northwind", id)).lastCheck?.records.cname.trouble).toBe("disagree");
  world.servers[1].set(NAME, { CNAME: [records.target] });
  for (const manner of ["servfail", "refused", "silent", "wrong"] as const) {
    world.servers[1].behave(NAME, manner);
    expect([manner, await world.state("northwind", id)]).toEqual([manner, "pending"]);
    expect((await world.domain("northwind", id)).lastCheck?.records.cname.trouble).toBe("no-answer");
  }
  world.behave(NAME, "answer");
  world.publish(NAME, { CNAME: ["loop.northwind.example"] });
  world.publish("loop.northwind.example", { CNAME: [NAME] });
  expect(await world.state("northwind", id)).toBe("pending");
  expect((await world.domain("northwind", id)).lastCheck?.records.cname.trouble).toBe("loop");
  await world.point("northwind", id);
  expect(await world.state("northwind", id)).toBe("verified");
});

test("an active domain is degraded by three failures over half an hour and recovers by itself; errors never degrade it", async () => {
  const world = await domainWorld();
  const id = await world.add("northwind", NAME);
  await world.point("northwind", id);
  world.served.add(NAME);
  await world.state("northwind", id);
  expect(await world.state("northwind", id)).toBe("active");

  world.behave(NAME, "servfail");
  for (let i = 0; i < 6; i++) {
    await world.pass(60);
    expect(await world.state("northwind", id)).toBe("active");
  }
  world.behave(NAME, "answer");
  world.publish(NAME, null);
  for (let i = 0; i < 5; i++) expect(await world.state("northwind", id)).toBe("active");
  await world.pass(31);
  expect(await world.state("northwind", id)).toBe("degraded");
  world.behave(NAME, "silent");
  expect(await world.state("northwind", id)).toBe("degraded");
  world.behave(NAME, "answer");
  await world.point("northwind", id);
  expect(await world.state("northwind", id)).toBe("active");
  expect((await world.events("northwind")).slice(-2)).toEqual([
    "domain.degraded active → degraded",
    "domain.recovered degraded → active",
  ]);
  expect(await world.holders(NAME)).toEqual(["northwind"]);
});

test("each domain has one job that puts itself off, wakes on a request, and ends when the domain is let go", async () => {
  const world = await domainWorld();
  const id = await world.add("northwind", NAME);
  const jobs = async () =>
    (await world.database.owner.query("select id, run_at > now() as later from jobs where kind = 'check-domain'")).rows;
  expect(await jobs()).toEqual([{ id, later: false }]);
  await world.work();
  expect(await jobs()).toEqual([{ id, later: true }]);
  expect(await world.work()).toBe(0);
  await world.checkNow("northwind", id);
  await world.checkNow("northwind", id);
  expect(await jobs()).toEqual([{ id, later: false }]);
  await world.work();
  await world.release("northwind", id);
  expect(await jobs()).toEqual([]);
  const again = await world.add("northwind", NAME);
  await world.database.owner.query("delete from hosts where id = $1", [again]);
  expect(await world.work()).toBe(1);
});

test("a name is claimed once an agency, and fifty are the most", async () => {
  const world = await domainWorld();
  await world.add("northwind", NAME);
  await expect(world.add("northwind", NAME)).rejects.toThrow(Invalid);
  for (let i = 1; i < 50; i++) await world.add("northwind", `c${i}.northwind.example`);
  await expect(world.add("northwind", "more.northwind.example")).rejects.toThrow("50 domains are the most");
  expect(await world.add("rivermark", NAME)).toBeTruthy();
});

test("letting the selected domain go moves the portal to the default address", async () => {
  const world = await domainWorld();
  const id = await world.add("northwind", NAME);
  await world.point("northwind", id);
  await world.state("northwind", id);
  await world.database.owner.query("update hosts set selected_at = null");
  await world.database.owner.query("update hosts set active_at = now(), selected_at = now() where id = $1", [id]);
  await world.release("northwind", id);
  const { rows } = await world.database.owner.query(
    "select kind, selected_at is not null as selected, released_at is not null as released from hosts where name in ($1, 'northwind') order by kind",
    [NAME],
  );
  expect(rows).toEqual([
    { kind: "custom", selected: false, released: true },
    { kind: "default", selected: true, released: false },
  ]);
});
