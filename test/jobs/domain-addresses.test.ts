// Where a name leads: what its addresses must say for a check to count, and what says nothing.
import { expect, test } from "vitest";
import { reviveChecks } from "../../src/models/domain-checks.ts";
import { readFindings } from "../../src/models/domain-findings.ts";
import { domainWorld } from "./domain-world.ts";

const NAME = "clients.northwind.example";

async function active() {
  const world = await domainWorld();
  const id = await world.add("northwind", NAME);
  await world.point("northwind", id, "txt");
  world.served.add(NAME);
  await world.state("northwind", id);
  expect(await world.state("northwind", id)).toBe("active");
  return { world, id };
}

test("resolvers that give different addresses count as soon as one of them leads to us, and never as a failure", async () => {
  const { world, id } = await active();
  world.servers[0].set(NAME, { A: ["127.0.0.1"] });
  world.servers[1].set(NAME, { A: ["127.0.0.9"] });
  await world.state("northwind", id);
  expect((await world.domain("northwind", id)).lastCheck).toMatchObject({
    reachable: "yes",
    records: { a: { trouble: "disagree" } },
  });
  world.servers[0].set(NAME, { A: ["127.0.0.8"] });
  world.served.delete(NAME);
  for (let i = 0; i < 4; i++) {
    await world.pass(30);
    expect(await world.state("northwind", id)).toBe("active");
  }
  expect((await world.domain("northwind", id)).lastCheck?.reachable).toBe("unknown");
});

test("a name whose address is gone, or leads to another server, fails; one that DNS does not answer for does not", async () => {
  const { world, id } = await active();
  const reachable = async () => {
    await world.state("northwind", id);
    return (await world.domain("northwind", id)).lastCheck?.reachable;
  };
  world.publish(NAME, null);
  expect(await reachable()).toBe("no");
  world.publish(NAME, { A: ["127.0.0.1"] });
  world.served.delete(NAME);
  expect(await reachable()).toBe("no");
  world.behave(NAME, "refused");
  expect(await reachable()).toBe("unknown");
  world.behave(NAME, "answer");
  world.served.add(NAME);
  expect(await reachable()).toBe("yes");
});

test("where links are https an answer by HTTP alone is of no use, and our own network's trouble says nothing", () => {
  const seen = { values: [] };
  const records = { cname: seen, txt: seen, a: { values: ["192.0.2.1"] }, aaaa: seen, caa: seen };
  const domain = { proof: { target: "t", txtName: "n", txtValue: "v" }, needsTxt: false };
  const read = (https: "ours" | "unreachable" | "unclear", http: "ours" | "other", secure: boolean) =>
    readFindings(
      domain,
      {
        records: { ...records, expected: { a: seen, aaaa: seen } },
        probe: { https: { result: https }, http: { result: http } },
        proxy: null,
      },
      "none",
      secure,
    ).reachable;
  expect(read("unreachable", "ours", true)).toBe("no");
  expect(read("unreachable", "ours", false)).toBe("yes");
  expect(read("ours", "other", true)).toBe("yes");
  expect(read("unclear", "other", true)).toBe("unknown");
});

test("checks that got lost or were set aside come back with the hourly sweep", async () => {
  const { world, id } = await active();
  const jobs = async () =>
    (await world.database.owner.query("select quarantined_at is null as runs from jobs where id = $1", [id])).rows;
  await world.database.owner.query("update jobs set quarantined_at = now() where id = $1", [id]);
  await world.pass(20);
  await world.storeOf("northwind").write(reviveChecks);
  expect(await jobs()).toEqual([{ runs: false }]);
  await world.pass(20);
  await world.storeOf("northwind").write(reviveChecks);
  expect(await jobs()).toEqual([{ runs: true }]);
  await world.database.owner.query("delete from jobs where id = $1", [id]);
  await world.storeOf("northwind").write(reviveChecks);
  expect(await jobs()).toEqual([{ runs: true }]);
  expect(await world.work()).toBe(1);
});
