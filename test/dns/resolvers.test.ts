// Asking DNS servers: what counts as an answer, what does not, and what several of them agree on; against servers on loopback.
import { expect, onTestFinished, test } from "vitest";
import { lookUp } from "../../src/dns/agreement.ts";
import { lookUpDomain } from "../../src/dns/domain-records.ts";
import { createResolvers } from "../../src/dns/resolvers.ts";
import { startDns } from "../support/dns.ts";

type Zone = Parameters<typeof startDns>[0];

const HOST = "clients.northwind.example";
const TARGET = "c-abcdefghijklmnop.portal.example";
const expected = {
  host: HOST,
  target: TARGET,
  txtName: `_portico-challenge.${HOST}`,
  txtValue: "portico-verify=right",
};

async function serve(...zones: Zone[]) {
  const servers = await Promise.all(zones.map((zone) => startDns(zone, { lateMs: 6_000 })));
  onTestFinished(async () => {
    await Promise.all(servers.map((server) => server.close()));
  });
  const resolvers = createResolvers(
    servers.map(({ address }) => address),
    { timeoutMs: 500 },
  );
  const [first] = servers;
  if (!first) throw new Error("no server");
  return { servers, first, second: servers[1] ?? first, resolvers };
}

test("of the longest name no proof is asked for that has no room before it, and its CNAME is", async () => {
  const host = `${"a".repeat(63)}.${"b".repeat(63)}.${"c".repeat(63)}.${"d".repeat(53)}.example`;
  expect(host).toHaveLength(253);
  const { resolvers, first } = await serve({ [host]: { CNAME: [TARGET] } });
  const found = await lookUpDomain(resolvers, { ...expected, host, txtName: `_portico-challenge.${host}` });
  expect([found.cname, found.txt]).toEqual([{ values: [TARGET] }, { values: [] }]);
  expect(first.questions.filter((question) => question.startsWith("TXT"))).toEqual([]);
});

test("reads every type of record, long texts joined and names without their last dot", async () => {
  const long = "x".repeat(200);
  const { resolvers } = await serve({
    [HOST]: {
      A: ["192.0.2.1"],
      AAAA: ["2001:db8::1"],
      MX: ["10 MX.Northwind.example", "0 ."],
      TXT: [`v=spf1 ${long}`],
      CAA: ['0 issue "letsencrypt.org"', '128 iodef "mailto:a@b.example"'],
    },
    "alias.example": { CNAME: ["Clients.Northwind.example"] },
  });
  expect(await lookUp(resolvers, HOST, "A")).toEqual({ values: ["192.0.2.1"] });
  expect(await lookUp(resolvers, HOST, "AAAA")).toEqual({ values: ["2001:db8::1"] });
  expect(await lookUp(resolvers, HOST, "MX")).toEqual({ values: ["0 .", "10 mx.northwind.example"] });
  expect(await lookUp(resolvers, HOST, "TXT")).toEqual({ values: [`v=spf1 ${long}`] });
  expect(await lookUp(resolvers, HOST, "CAA")).toEqual({
    values: ['0 issue "letsencrypt.org"', '128 iodef "mailto:a@b.example"'],
  });
  expect(await lookUp(resolvers, "alias.example", "CNAME")).toEqual({ values: [HOST] });
});

test("no such name and no such record are answers; SERVFAIL, REFUSED, silence, wrong and late answers are not", async () => {
  const { first, resolvers } = await serve({ [HOST]: { A: ["192.0.2.1"] } });
  expect(await lookUp(resolvers, "nowhere.example", "A")).toEqual({ values: [] });
  expect(await lookUp(resolvers, HOST, "TXT")).toEqual({ values: [] });
  for (const [manner, why] of [
    ["servfail", "SERVFAIL"],
    ["refused", "REFUSED"],
    ["silent", "no answer in time"],
    ["wrong", "no answer in time"],
    ["late", "no answer in time"],
  ] as const) {
    first.behave(HOST, manner);
    expect([manner, await lookUp(resolvers, HOST, "A")]).toEqual([manner, { values: [], trouble: "no-answer", why }]);
  }
  first.behave(HOST, "answer");
  expect(await lookUp(resolvers, HOST, "A")).toEqual({ values: ["192.0.2.1"] });
});

test("two resolvers must agree: what only one says is shown and is no answer", async () => {
  const { second, resolvers } = await serve({ [HOST]: { TXT: ["a=1", "b=2"] } }, { [HOST]: { TXT: ["b=2", "a=1"] } });
  expect(await lookUp(resolvers, HOST, "TXT")).toEqual({ values: ["a=1", "b=2"] });
  second.set(HOST, { TXT: ["a=1"] });
  expect(await lookUp(resolvers, HOST, "TXT")).toMatchObject({ trouble: "disagree", values: ["a=1", "b=2"] });
  expect(await lookUp(resolvers, HOST, "TXT", (value) => value.startsWith("a="))).toEqual({ values: ["a=1"] });
  second.behave(HOST, "servfail");
  expect(await lookUp(resolvers, HOST, "TXT")).toMatchObject({ trouble: "no-answer", why: "SERVFAIL" });
});

test("addresses agree when some are shared, since big servers hand out a few of many", async () => {
  const { second, resolvers } = await serve(
    { [HOST]: { A: ["192.0.2.1", "192.0.2.2"] } },
    { [HOST]: { A: ["192.0.2.2", "192.0.2.3"] } },
  );
  expect(await lookUp(resolvers, HOST, "A")).toEqual({ values: ["192.0.2.2"] });
  second.set(HOST, { A: ["198.51.100.9"] });
  expect((await lookUp(resolvers, HOST, "A")).trouble).toBe("disagree");
});

test("follows aliases to the end, in order, and keeps those before our target", async () => {
  const { resolvers } = await serve({
    [HOST]: { CNAME: ["middle.northwind.example"] },
    "middle.northwind.example": { CNAME: [TARGET] },
    [TARGET]: { A: ["192.0.2.80"] },
    [expected.txtName]: { TXT: ["portico-verify=right", "something else"] },
    "northwind.example": { CAA: ['0 issue "letsencrypt.org"'] },
  });
  const found = await lookUpDomain(resolvers, expected);
  expect(found.cname).toEqual({ values: ["middle.northwind.example", TARGET] });
  expect(found.txt).toEqual({ values: ["portico-verify=right"] });
  expect(found.a).toEqual({ values: ["192.0.2.80"] });
  expect(found.aaaa).toEqual({ values: [] });
  expect(found.expected.a).toEqual({ values: ["192.0.2.80"] });
  expect(found.caa).toEqual({ values: ['0 issue "letsencrypt.org"'] });
});

test("finds loops and chains without end, and never asks for ever", async () => {
  const chain = Object.fromEntries(
    Array.from({ length: 30 }, (_, i) => [`h${i}.example`, { CNAME: [`h${i + 1}.example`] }]),
  );
  const { first, resolvers } = await serve({
    [HOST]: { CNAME: ["a.example"] },
    "a.example": { CNAME: ["b.example"] },
    "b.example": { CNAME: ["a.example"] },
    "self.example": { CNAME: ["self.example"] },
    ...chain,
  });
  expect((await lookUpDomain(resolvers, expected)).cname).toMatchObject({ trouble: "loop" });
  expect((await lookUpDomain(resolvers, { ...expected, host: "self.example" })).cname).toMatchObject({
    trouble: "loop",
  });
  first.questions.length = 0;
  const long = await lookUpDomain(resolvers, { ...expected, host: "h0.example" });
  expect(long.cname).toMatchObject({ trouble: "too-long" });
  expect(first.questions.filter((question) => question.startsWith("CNAME")).length).toBe(8);
});

test("a zone of many slow steps is left after a while, with what was not found out said so", async () => {
  const host = `${Array.from({ length: 100 }, (_, i) => i % 10).join(".")}.northwind.example`;
  const server = await startDns({ [host]: { CNAME: [host] } }, { lateMs: 60 });
  onTestFinished(() => server.close());
  server.behave("*", "late");
  const found = await lookUpDomain(createResolvers([server.address]), { ...expected, host }, 300);
  expect(found.caa).toMatchObject({ trouble: "no-answer", why: "no answer in time" });
  expect(server.questions.filter((question) => question.startsWith("CAA")).length).toBeLessThan(30);
  expect(found.cname.trouble).toBe("loop");
});

test("a resolver that cannot be reached answers nothing, and says so", async () => {
  const { first } = await serve({});
  await first.close();
  const resolvers = createResolvers([first.address], { timeoutMs: 150 });
  expect((await lookUp(resolvers, HOST, "A")).trouble).toBe("no-answer");
  expect((await lookUp([], HOST, "A")).trouble).toBe("no-answer");
});
