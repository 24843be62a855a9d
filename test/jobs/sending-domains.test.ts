// Sending from an agency's own domain: proven by the test's DNS, signed, judged by a receiver's own software, and back to the platform at once.
import { simpleParser } from "mailparser";
import { describe, expect, test } from "vitest";
import { reviveSendingChecks } from "../../src/models/sending-checks.ts";
import {
  changeLocalPart,
  removeSendingDomain,
  requestTestMail,
  selectSendingDomain,
} from "../../src/models/sending-domains.ts";
import { judgeAsReceiver } from "../support/receiver.ts";
import { sendersWith } from "../support/senders.ts";
import { startSendingWorld } from "./sending-world.ts";

const fromOf = async (raw: Buffer) => (await simpleParser(raw)).from?.value[0];
const PLATFORM_FROM = { name: "Northwind", address: "no-reply@portico.example" };
const OWN_FROM = { name: "Northwind", address: "hello@northwind.example" };

describe("a domain whose records stand", () => {
  test("is the sender, and a receiver finds its mail signed, aligned and within policy", async () => {
    const world = await startSendingWorld();
    world.workWith();
    const domain = await world.verified();
    expect(domain).toMatchObject({ state: "verified", selected: true, localPart: "hello" });
    const message = await world.send("jane@acme.example");
    expect(await fromOf(message.raw)).toEqual(OWN_FROM);
    expect(message.from).toBe("hello@northwind.example");
    expect(await judgeAsReceiver(world.dns.address, message)).toMatchObject({
      dkim: "pass",
      aligned: "northwind.example",
      signedBy: "northwind.example",
      canonical: "relaxed/relaxed",
      spf: "pass",
      dmarc: "pass",
    });
    const mail = await simpleParser(message.raw);
    expect(mail.messageId).toMatch(/@northwind\.example>$/);
    expect(mail.headers.get("auto-submitted")).toBe("auto-generated");
  });

  test("is told when it takes in no mail, which keeps nobody from using it", async () => {
    const world = await startSendingWorld();
    world.workWith();
    const domain = await world.verified();
    expect(domain.state).toBe("verified");
    expect(domain.lastCheck?.findings["mail"]).toMatchObject({ found: "missing" });
    const id = await world.add("mail.northwind.example");
    world.publish(await world.get(id));
    world.dns.set("mail.northwind.example", { MX: ["10 mx.northwind.example"] });
    const other = await world.check(id);
    expect(other.lastCheck?.findings["mail"]).toMatchObject({ found: "found", values: ["10 mx.northwind.example"] });
  });

  test("is aligned by DKIM alone when SPF is not set, and the envelope is the platform's then", async () => {
    const world = await startSendingWorld();
    world.workWith();
    const id = await world.add();
    world.publish(await world.get(id), ["spf"]);
    expect((await world.check(id)).state).toBe("verified");
    const message = await world.send("jane@acme.example");
    expect(message.from).toBe("no-reply@portico.example");
    expect(await judgeAsReceiver(world.dns.address, message)).toMatchObject({ dkim: "pass", dmarc: "pass" });
  });

  test("gets its bounces at its return path where the platform has a bounce domain", async () => {
    const bounceDomain = "bounces.portico.example";
    const world = await startSendingWorld({}, { platform: { spf: ["include:_spf.portico.example"], bounceDomain } });
    world.workWith();
    world.dns.set(bounceDomain, { TXT: ["v=spf1 include:_spf.portico.example -all"] });
    await world.verified();
    const message = await world.send("jane@acme.example");
    expect(message.from).toBe("bounces@portico-bounces.northwind.example");
    expect(await judgeAsReceiver(world.dns.address, message)).toMatchObject({
      dkim: "pass",
      spf: "pass",
      dmarc: "pass",
    });
  });

  test("sends from the part before the @ that the agency chooses, and from the platform when it chooses that", async () => {
    const world = await startSendingWorld();
    world.workWith();
    const { id } = await world.verified();
    await world.store.write((db) => changeLocalPart(db, id, "team+portal", world.memberId));
    expect(await fromOf((await world.send("a@acme.example")).raw)).toMatchObject({
      address: "team+portal@northwind.example",
    });
    await world.store.write((db) => selectSendingDomain(db, null, world.memberId));
    expect(await fromOf((await world.send("b@acme.example")).raw)).toEqual(PLATFORM_FROM);
    await world.store.write((db) => selectSendingDomain(db, id, world.memberId));
    expect(await fromOf((await world.send("c@acme.example")).raw)).toMatchObject({
      address: "team+portal@northwind.example",
    });
  });
});

describe("a domain that is not proven", () => {
  test.each([["proof"], ["dkim"]])("is not used while its %s record is missing", async (missing) => {
    const world = await startSendingWorld();
    world.workWith();
    const id = await world.add();
    world.publish(await world.get(id), [missing]);
    expect((await world.check(id)).state).toBe("pending");
    const message = await world.send("jane@acme.example");
    expect(await fromOf(message.raw)).toEqual(PLATFORM_FROM);
    expect(message.raw.toString()).not.toContain("DKIM-Signature");
  });

  test("is not proven by the records of another agency's claim, nor by those of an earlier claim of its own", async () => {
    const world = await startSendingWorld();
    world.workWith();
    const first = await world.verified();
    const mallory = await world.another("mallory");
    const theirs = await world.add("northwind.example", mallory);
    const checked = await world.check(theirs, mallory);
    expect(checked.state).toBe("pending");
    expect(checked.lastCheck?.findings).toMatchObject({ proof: { found: "wrong" }, dkim: { found: "wrong" } });
    await world.store.write((db) => removeSendingDomain(db, first.id, world.memberId));
    const again = await world.add();
    expect((await world.check(again)).state).toBe("pending");
  });

  test("of two agencies that prove the same domain the first holds it, and the other is not told who", async () => {
    const world = await startSendingWorld();
    world.workWith();
    const first = await world.verified();
    const rivermark = await world.another("rivermark");
    const theirs = await world.add("northwind.example", rivermark);
    const store = world.database.store(rivermark);
    world.publish(await world.get(theirs, store));
    const held = await world.check(theirs, rivermark);
    expect(held).toMatchObject({ state: "pending", lastCheck: { held: true } });
    expect(JSON.stringify(held)).not.toMatch(new RegExp(`${world.agencyId}|${first.id}|Northwind`));
    // once it is let go, the same records count
    await world.store.write((db) => removeSendingDomain(db, first.id, world.memberId));
    expect(await world.check(theirs, rivermark)).toMatchObject({ state: "verified", lastCheck: { held: false } });
  });
});

describe("a domain whose key goes away", () => {
  test("is left at once: the next mail comes from the platform, and it is back with its key", async () => {
    const world = await startSendingWorld();
    world.workWith();
    const domain = await world.verified();
    await world.send("before@acme.example");
    world.publish(domain, ["dkim"]);
    const degraded = await world.check(domain.id);
    expect(degraded).toMatchObject({ state: "degraded", degradedReason: "The DKIM record is gone." });
    const message = await world.send("after@acme.example");
    expect(await fromOf(message.raw)).toEqual(PLATFORM_FROM);
    expect(message.from).toBe("no-reply@portico.example");
    world.publish(domain);
    expect((await world.check(domain.id)).state).toBe("verified");
    expect(await fromOf((await world.send("again@acme.example")).raw)).toEqual(OWN_FROM);
    expect((await world.kinds()).filter((kind) => kind.startsWith("sending-domain."))).toEqual([
      "sending-domain.added",
      "sending-domain.verified",
      "sending-domain.degraded",
      "sending-domain.recovered",
    ]);
  });

  test.each(["servfail", "refused", "silent"] as const)("is kept while DNS says %s", async (manner) => {
    const world = await startSendingWorld();
    world.workWith();
    const { id } = await world.verified();
    world.dns.behave("*", manner);
    for (let i = 0; i < 3; i++) expect((await world.check(id)).state).toBe("verified");
    expect(await fromOf((await world.send("jane@acme.example")).raw)).toEqual(OWN_FROM);
  });

  test("is free for others after a week, and not a day earlier", async () => {
    const world = await startSendingWorld();
    world.workWith();
    const domain = await world.verified();
    world.publish(domain, ["dkim"]);
    await world.check(domain.id);
    const back = (days: number) =>
      world.database.owner.query(`update sending_domains set degraded_at = now() - interval '${days} days'`);
    await back(6);
    expect((await world.check(domain.id)).state).toBe("degraded");
    await back(7);
    expect((await world.check(domain.id)).state).toBe("pending");
    const rivermark = await world.another("rivermark");
    const theirs = await world.add("northwind.example", rivermark);
    world.publish(await world.get(theirs, world.database.store(rivermark)));
    expect((await world.check(theirs, rivermark)).state).toBe("verified");
    expect((await world.check(domain.id)).state).toBe("pending");
  });

  test("goes with the domain when it is removed, and mail comes from the platform", async () => {
    const world = await startSendingWorld();
    world.workWith();
    const { id } = await world.verified();
    await world.store.write((db) => removeSendingDomain(db, id, world.memberId));
    expect(await fromOf((await world.send("jane@acme.example")).raw)).toEqual(PLATFORM_FROM);
    await expect
      .poll(async () => (await world.jobs()).filter(({ kind }) => kind === "check-sending-domain"))
      .toEqual([]);
  });
});

test("a check that was set aside after errors, or lost, is brought back by the sweep", async () => {
  const world = await startSendingWorld();
  const [stuck, lost] = [await world.add("stuck.example"), await world.add("lost.example")];
  const { owner } = world.database;
  await owner.query("update sending_domains set next_check_at = now() - interval '1 hour'");
  await owner.query("update jobs set quarantined_at = now() where id = $1", [stuck]);
  await owner.query("delete from jobs where id = $1", [lost]);
  await world.store.write((db) => reviveSendingChecks(db));
  const checks = (await world.jobs()).filter(({ kind }) => kind === "check-sending-domain");
  expect(checks.map(({ id }) => id).toSorted()).toEqual([stuck, lost].toSorted());
  expect(checks.map(({ quarantined_at }) => quarantined_at)).toEqual([null, null]);
});

describe("the private key", () => {
  test("stands in no table and no log in clear", async () => {
    const world = await startSendingWorld();
    world.workWith();
    const domain = await world.verified();
    await world.send("jane@acme.example");
    const { rows: sealed } = await world.database.owner.query("select private_key from sending_domains");
    const bytes = (sealed[0] as { private_key: Buffer }).private_key;
    const opened = world.senders.open(bytes, `${world.agencyId}/${domain.id}`);
    expect(opened?.plain.length).toBeGreaterThan(1_000);
    const plain = opened?.plain ?? Buffer.alloc(0);
    const traces = [plain.toString("base64").slice(100, 160), plain.toString("hex").slice(200, 260), "PRIVATE KEY"];
    const { rows } = await world.database.owner.query("select tablename from pg_tables where schemaname = 'public'");
    for (const { tablename } of rows as { tablename: string }[]) {
      for (const trace of traces) {
        const found = await world.database.owner.query(
          `select count(*)::int as n from ${tablename} t where t::text like $1`,
          [`%${trace}%`],
        );
        expect([tablename, found.rows[0]]).toEqual([tablename, { n: 0 }]);
      }
    }
    for (const trace of traces) expect(world.logged.join("")).not.toContain(trace);
  });

  test("opens under an older secret, and a check seals it under the newest", async () => {
    const [before, after] = ["an older secret that still opens things 1", "a newer secret that seals from now on 22"];
    const world = await startSendingWorld({}, { secrets: [before] });
    const both = sendersWith(world.senders.platform, [after, before]);
    world.workWith({ open: both.open, seal: both.seal });
    const { id } = await world.verified();
    expect(await fromOf((await world.send("a@acme.example")).raw)).toEqual(OWN_FROM);
    const { rows } = await world.database.owner.query("select private_key from sending_domains");
    const { private_key } = rows[0] as { private_key: Buffer };
    const newest = sendersWith(world.senders.platform, [after]);
    expect(newest.open(private_key, `${world.agencyId}/${id}`)?.newest).toBe(true);
  });

  test("that no secret opens stops no mail: it comes from the platform, and the log says so", async () => {
    const world = await startSendingWorld();
    const lost = sendersWith(world.senders.platform, ["a secret that never sealed anything here 333"]);
    world.workWith({ open: lost.open });
    await world.verified();
    expect(await fromOf((await world.send("jane@acme.example")).raw)).toEqual(PLATFORM_FROM);
    expect(world.logged.join("")).toContain("No SESSION_SECRET opens");
  });
});

describe("a test mail", () => {
  async function tested(world: Awaited<ReturnType<typeof startSendingWorld>>, id: string) {
    await world.store.write((db) => requestTestMail(db, id, world.memberId));
    await expect.poll(async () => (await world.get(id)).testing).toBe(false);
    return (await world.get(id)).lastTest;
  }

  test("reaches the member alone, and says what a receiver says", async () => {
    const world = await startSendingWorld();
    world.workWith();
    const { id } = await world.verified();
    const result = await tested(world, id);
    const [message] = world.sink.messages;
    expect(message?.to).toEqual(["nora@northwind.example"]);
    if (!message) throw new Error("It did not arrive.");
    const { dkim, spf, dmarc } = await judgeAsReceiver(world.dns.address, message);
    expect([result?.dkim.result, result?.spf.result, result?.dmarc.result]).toEqual([dkim, spf, dmarc]);
    expect(result).toMatchObject({ delivered: true, from: "hello@northwind.example", dkim: { result: "pass" } });
    expect(await world.kinds()).toContain("sending-domain.tested");
  });

  test("shows a key that was replaced after the last check", async () => {
    const world = await startSendingWorld();
    world.workWith();
    const domain = await world.verified();
    const other = await world.add("other.example");
    const name = "portico1._domainkey.northwind.example";
    world.dns.set(name, { TXT: [`v=DKIM1; k=rsa; p=${(await world.get(other)).publicKey}`] });
    const result = await tested(world, domain.id);
    expect(result).toMatchObject({ dkim: { result: "fail" }, spf: { result: "pass" } });
    const [message] = world.sink.messages;
    if (!message) throw new Error("It did not arrive.");
    expect((await judgeAsReceiver(world.dns.address, message)).dkim).toBe("fail");
  });

  test("that the relay refuses says why", async () => {
    const world = await startSendingWorld({ onMail: () => "550 5.7.1 Not your domain" });
    world.workWith();
    const { id } = await world.verified();
    expect(await tested(world, id)).toMatchObject({
      delivered: false,
      delivery: "The mail relay does not accept our sender address.",
      dkim: { result: "pass" },
    });
  });
});
