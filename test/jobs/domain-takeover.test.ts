// Whose name it is: thirty steps of claims, releases, dangling aliases and races, and two hundred domains through weeks of bad DNS.
import { expect, test } from "vitest";
import { stateOf } from "../../src/models/domain-states.ts";
import { domainWorld } from "./domain-world.ts";

test("thirty steps of a takeover: the name is only ever its prover's, and at most one agency's", async () => {
  const world = await domainWorld(["northwind", "rivermark", "mallory"]);
  const NAME = "clients.northwind.example";
  world.served.add(NAME);
  let step = 0;
  const holds = async (who: string | null, what: string) => {
    step++;
    expect(`${step} ${what}: ${(await world.holders(NAME)).join()}`).toBe(`${step} ${what}: ${who ?? ""}`);
  };

  // Squatting: a claim without proof is nothing and stands in nobody's way.
  const squat = await world.add("mallory", NAME);
  await world.state("mallory", squat);
  await holds(null, "a claim without records holds nothing");
  const own = await world.add("northwind", NAME);
  await world.state("northwind", own);
  await holds(null, "nor does a second claim of it");
  await world.point("northwind", own);
  await world.state("mallory", squat);
  await holds(null, "an alias to another agency's target proves nothing to a squatter");
  await world.state("northwind", own);
  await holds("northwind", "the alias to its own target proves it");
  await world.state("northwind", own);
  await holds("northwind", "and it becomes active");
  expect((await world.domain("northwind", own)).state).toBe("active");

  // While it is held.
  await world.state("mallory", squat);
  await holds("northwind", "the earlier claim gets nothing afterwards");
  expect((await world.domain("mallory", squat)).needsTxt).toBe(true);
  expect((await world.domain("mallory", squat)).lastCheck).toMatchObject({ held: true, proof: null });
  const guess = await world.domain("mallory", squat);
  world.publish(guess.records.txtName, { TXT: [guess.records.txtValue] });
  await world.state("mallory", squat);
  await holds("northwind", "even with a proof, a held name stays with its holder");
  expect((await world.domain("mallory", squat)).lastCheck).toMatchObject({ held: true, proof: "txt" });
  world.publish(guess.records.txtName, null);
  await world.release("mallory", squat);
  await holds("northwind", "a claim that is let go takes nothing along");
  const late = await world.add("mallory", NAME);
  expect((await world.domain("mallory", late)).needsTxt).toBe(true);
  await world.state("mallory", late);
  await holds("northwind", "a claim made while it is held holds nothing");

  // DNS goes bad, and the name stays.
  world.behave(NAME, "servfail");
  for (let i = 0; i < 4; i++) {
    await world.pass(60);
    await world.state("northwind", own);
  }
  await holds("northwind", "hours of SERVFAIL take nothing away");
  world.behave(NAME, "answer");
  world.publish(NAME, null);
  for (let i = 0; i < 4; i++) {
    await world.pass(15);
    await world.state("northwind", own);
  }
  expect((await world.domain("northwind", own)).state).toBe("degraded");
  await holds("northwind", "records that are gone degrade it and do not take it away");
  await world.state("mallory", late);
  await holds("northwind", "a degraded name is nobody else's");
  await world.point("northwind", own);
  await world.state("northwind", own);
  expect((await world.domain("northwind", own)).state).toBe("active");
  await holds("northwind", "it recovers");

  const { records } = await world.domain("northwind", own);
  // The dangling alias: the agency leaves, the record stays.
  await world.release("northwind", own);
  await holds(null, "a name that was let go is nobody's");
  await world.state("mallory", late);
  await holds(null, "the alias that was left behind gives it to nobody");
  const mallory = (await world.domain("mallory", late)).records;
  world.publish(NAME, { CNAME: [mallory.target] });
  await world.state("mallory", late);
  await holds(null, "nor does an alias to the new one: it might have been left behind as well");
  world.publish(`_portico-challenge.${NAME}`, { TXT: [guess.records.txtValue] });
  await world.state("mallory", late);
  await holds(null, "nor the TXT record of a claim that was given up");

  // The former holder is in the same place as everybody.
  const second = await world.add("northwind", NAME);
  const [old, fresh] = [records, (await world.domain("northwind", second)).records];
  expect(fresh.target).toBe(old.target);
  expect(fresh.txtValue).not.toBe(old.txtValue);
  world.publish(NAME, { CNAME: [old.target] });
  await world.state("northwind", second);
  await holds(null, "its former holder gets it back by no alias");
  world.publish(`_portico-challenge.${NAME}`, { TXT: [old.txtValue] });
  await world.state("northwind", second);
  await holds(null, "nor by the TXT record of his first claim");
  world.servers[0].set(`_portico-challenge.${NAME}`, { TXT: [fresh.txtValue] });
  await world.state("northwind", second);
  await holds(null, "nor by a fresh one that only one resolver knows");

  // The name moves to another agency, by its owner's hand in DNS.
  const moved = await world.add("rivermark", NAME);
  await world.point("rivermark", moved, "both");
  await world.state("northwind", second);
  await holds("rivermark", "a fresh TXT record moves it");
  expect((await world.domain("rivermark", moved)).provenBy).toBe("txt");
  await world.state("northwind", second);
  await holds("rivermark", "the former holder's claim takes nothing back");
  await world.release("northwind", second);
  await holds("rivermark", "nor does giving that claim up");
  await world.state("rivermark", moved);
  expect((await world.domain("rivermark", moved)).state).toBe("active");
  await holds("rivermark", "it becomes active there");

  // And back once more.
  const third = await world.add("northwind", NAME);
  await world.state("northwind", third);
  await holds("rivermark", "a third claim without its own records holds nothing");
  await world.point("northwind", third, "both");
  await world.state("northwind", third);
  await holds("rivermark", "a proof does not take a held name");
  await world.release("rivermark", moved);
  await holds(null, "let go again");
  await world.state("mallory", late);
  await holds(null, "still not the squatter's");
  await world.state("northwind", third);
  await holds("northwind", "the proof that waited counts now");
  await world.state("northwind", third);
  expect((await world.domain("northwind", third)).state).toBe("active");
  await holds("northwind", "and the name is where it began");
  expect(step).toBeGreaterThanOrEqual(30);
});

test("two claims proven in the same moment: one becomes the holder, the other is told that the name is in use", async () => {
  const world = await domainWorld();
  for (let round = 0; round < 8; round++) {
    const name = `race${round}.example.com`;
    const ids = { northwind: await world.add("northwind", name), rivermark: await world.add("rivermark", name) };
    await world.work();
    const claims = await Promise.all(
      (["northwind", "rivermark"] as const).map((slug) => world.domain(slug, ids[slug])),
    );
    world.publish(name, { A: ["127.0.0.1"] });
    world.publish(`_portico-challenge.${name}`, { TXT: claims.map(({ records }) => records.txtValue) });
    for (const slug of ["northwind", "rivermark"] as const) await world.checkNow(slug, ids[slug]);
    // A claim may be looked at twice when the machine is slow; both have been by then.
    expect(await world.work()).toBeGreaterThanOrEqual(2);
    const holders = await world.holders(name);
    expect(holders).toHaveLength(1);
    const loser = holders[0] === "northwind" ? "rivermark" : "northwind";
    const told = await world.domain(loser, ids[loser]);
    expect(told).toMatchObject({ state: "pending", needsTxt: true, lastCheck: { held: true, proof: "txt" } });
    expect(JSON.stringify(told)).not.toContain(holders[0]);
  }
});

test("200 domains through weeks of flapping DNS: nothing verified without proof, nothing disabled by an error, no name with two holders", async () => {
  const slugs = Array.from({ length: 8 }, (_, i) => `agency${i}`);
  const world = await domainWorld(slugs);
  const random = seeded(20261123);
  const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T;
  // A hundred names, each claimed by two agencies.
  const claims: { slug: string; id: string; name: string }[] = [];
  for (let n = 0; n < 100; n++) {
    const name = `d${n}.example.com`;
    world.served.add(name);
    for (const slug of [slugs[n % 8], slugs[(n + 3) % 8]] as string[])
      claims.push({ slug, name, id: await world.add(slug, name) });
  }
  const proofs = new Map<string, Awaited<ReturnType<typeof world.domain>>["records"]>();
  for (const { slug, id } of claims) proofs.set(id, (await world.domain(slug, id)).records);
  for (const { target } of proofs.values()) world.publish(target, { A: ["127.0.0.1"] });

  type Row = { id: string; name: string } & Parameters<typeof stateOf>[0];
  const rows = async () =>
    (
      await world.database.owner.query(
        "select id, name, verified_at, active_at, degraded_at, released_at from hosts where kind = 'custom' order by id",
      )
    ).rows as Row[];
  const everFailed = new Set<string>();
  const proofPublished = new Set<string>();
  let before = new Map((await rows()).map((row) => [row.id, row]));
  const seen = new Set<string>();
  for (let round = 0; round < 24; round++) {
    const silent = new Set<string>();
    for (let n = 0; n < 100; n++) {
      const name = `d${n}.example.com`;
      const own = claims.filter((claim) => claim.name === name);
      const chosen = proofs.get(pick(own).id);
      const weather = pick(["cname", "txt", "gone", "parked", "servfail", "refused", "one-sided"] as const);
      world.behave(name, "answer");
      world.behave(`_portico-challenge.${name}`, "answer");
      world.publish(`_portico-challenge.${name}`, null);
      if (weather === "gone" || weather === "parked") everFailed.add(name);
      if (weather === "gone") world.publish(name, null);
      else if (weather === "parked") world.publish(name, { CNAME: ["parking.example.net"] });
      else if (weather === "servfail" || weather === "refused") {
        silent.add(name);
        world.behave(name, weather);
        world.behave(`_portico-challenge.${name}`, weather);
      } else if (weather === "one-sided") {
        silent.add(name);
        world.servers[0].set(name, { CNAME: [chosen?.target ?? ""] });
        world.servers[1].set(name, null);
      } else if (weather === "cname") world.publish(name, { CNAME: [chosen?.target ?? ""] });
      else {
        world.publish(name, { A: ["127.0.0.1"] });
        world.publish(`_portico-challenge.${name}`, { TXT: [chosen?.txtValue ?? ""] });
      }
      if (weather === "cname" || weather === "txt")
        for (const { id } of own) if (proofs.get(id) === chosen) proofPublished.add(id);
    }
    await world.pass(pick([30, 45, 720, 1_500, 2_900]));
    for (let i = 0; i < 3 && (await world.work()) > 0; i++);
    const now = await rows();
    for (const row of now) {
      const was = before.get(row.id);
      const [from, to] = [was ? stateOf(was) : "pending", stateOf(row)];
      seen.add(`${from} → ${to}`);
      if (from === "pending" && to !== "pending" && !proofPublished.has(row.id))
        throw new Error(`unproven ${row.name}`);
      if (to === "degraded" && from !== "degraded" && (silent.has(row.name) || !everFailed.has(row.name)))
        throw new Error(`degraded without an answer: ${row.name}`);
      if (from !== "pending" && to === "pending") throw new Error(`lost its proof: ${row.name}`);
    }
    const holders = now.filter((row) => stateOf(row) !== "pending").map(({ name }) => name);
    expect(new Set(holders).size).toBe(holders.length);
    before = new Map(now.map((row) => [row.id, row]));
  }
  expect(before.size).toBe(200);
  for (const change of ["active → degraded", "degraded → active"]) expect([...seen]).toContain(change);
}, 180_000);

// The same weather in every run (mulberry32).
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
