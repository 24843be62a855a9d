// What the operator sees and does about domains: everybody's claims, and freeing a name that its holder left behind.
import { expect, onTestFinished, test, vi } from "vitest";
import { domainCommands } from "../../bin/commands/domain.ts";
import { countRows, type World, worldForTest } from "../support/world.ts";

async function claim(world: World, slug: "northwind" | "rivermark", columns: string) {
  await world.database.owner.query(
    `insert into hosts (agency_id, kind, name, created_at, ${columns}) values ($1, 'custom', 'shared.example.com', now(), ${columns.replace(/\w+_(at|since)/g, "now()")})`,
    [world[slug].id],
  );
}

/** Runs a command as the operator's command line does, and returns what it printed and its exit code. */
async function run(world: World, name: string, operands: string[], values: Record<string, string> = {}) {
  const said: string[] = [];
  const keep = (text: unknown) => void said.push(String(text));
  const spies = [
    vi.spyOn(console, "log").mockImplementation(keep),
    vi.spyOn(console, "error").mockImplementation(keep),
  ];
  onTestFinished(() => {
    for (const spy of spies) spy.mockRestore();
  });
  const command = domainCommands.find((one) => one.name === name);
  const code = await command?.run({ deps: world.deps, values, operands });
  return { code, said: said.join("\n") };
}

test("the operator sees every claim of a name, and frees it from an agency that left it behind", async () => {
  const world = await worldForTest();
  await claim(world, "rivermark", "verified_at, active_at, degraded_at, failing_since");
  await claim(world, "northwind", "checked_at");
  const listed = await run(world, "domain list", ["Shared.example.com"]);
  expect(listed.said).toMatch(/shared\.example\.com +rivermark +degraded/);
  expect(listed.said).toMatch(/shared\.example\.com +northwind +pending/);
  expect((await run(world, "domain list", [])).said).toContain("rivermark");

  expect((await run(world, "domain check", ["shared.example.com"])).code).toBe(0);
  expect(await countRows(world, "jobs", world.northwind.id)).toBe(1);
  expect((await run(world, "domain release", ["shared.example.com"], { agency: "nobody" })).code).toBe(1);
  expect((await run(world, "domain release", ["shared.example.com"], { agency: "rivermark" })).code).toBe(0);
  const after = await run(world, "domain list", ["shared.example.com"]);
  expect(after.said).not.toContain("rivermark");
  expect(after.said).toContain("northwind");
  const { rows } = await world.database.owner.query("select member_id from events where kind = 'domain.removed'");
  expect(rows).toEqual([{ member_id: null }]);
});
