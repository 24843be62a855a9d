// Sending an e-mail: its stages, what each kind of answer does to it, and who may write down what came of it.

import { connect } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { openDirectoryJobs } from "../../src/db/directory-jobs.ts";
import { findAccessLink } from "../../src/models/access-links.ts";
import { queueEmail } from "../../src/models/emails.ts";
import { resumeSending } from "../../src/models/sending-pauses.ts";
import { releaseSuppression } from "../../src/models/suppressions.ts";
import { insertAgency, insertContact } from "../support/database.ts";
import { accessLinkIn, codeIn, startTcp } from "../support/smtp.ts";
import { heldMailer, LOGIN, startMailing } from "./mailing.ts";

describe("an e-mail that the relay takes", () => {
  test("arrives with a link to the agency's own portal and is sent", async () => {
    const mailing = await startMailing();
    const id = await mailing.queue(await mailing.invited("jane@acme.example"));
    mailing.work();
    const [mail] = await mailing.sink.received(1, "jane@acme.example");
    const link = new URL(accessLinkIn(mail ?? {}));
    expect(link.host).toBe("northwind.portal.localhost:3000");
    expect(mail?.from?.value[0]).toEqual({ name: "Northwind", address: "no-reply@portico.example" });
    expect(mail?.headers.get("auto-submitted")).toBe("auto-generated");

    await expect.poll(async () => (await mailing.email(id)).status).toBe("sent");
    const email = await mailing.email(id);
    expect(email).toMatchObject({ attempts: 1, reason: null, message_id: mail?.messageId });
    expect(email.sent_at).not.toBeNull();
    expect(await mailing.jobs()).toEqual([]);
    const token = link.pathname.split("/").at(-1) ?? "";
    expect(await mailing.store.read((db) => findAccessLink(db, token))).toMatchObject({ state: "live", kind: "login" });
    expect(await mailing.kinds()).toEqual(["email.queued", "link.made", "email.sent"]);
  });

  test("has a link that lives its whole time from then on, however long the relay took, and no longer", async () => {
    const mailing: Awaited<ReturnType<typeof startMailing>> = await startMailing({
      // as if the relay had taken a minute to say yes
      onData: async ({ to: [to = ""] }) => {
        if (!to.startsWith("slow")) return undefined;
        await mailing.database.owner.query(
          "update access_links set expires_at = expires_at - interval '1 minute' where contact_id = (select id from contacts where email = $1)",
          [to],
        );
        return undefined;
      },
    });
    for (const name of ["quick", "slow"]) await mailing.queue(await mailing.invited(`${name}@acme.example`));
    mailing.work();
    await expect.poll(() => mailing.jobs()).toEqual([]);
    const { rows } = await mailing.database.owner.query(
      `select extract(epoch from expires_at - sent_at)::float - emails.lifetime_seconds as longer
       from access_links join emails on emails.id = access_links.email_id order by to_email`,
    );
    expect(rows).toEqual([{ longer: 0 }, { longer: 0 }]);
  });

  test("keeps its token out of every table and every log line", async () => {
    const mailing = await startMailing();
    await mailing.queue(await mailing.invited("jane@acme.example"));
    mailing.work();
    const [mail] = await mailing.sink.received(1);
    const token =
      accessLinkIn(mail ?? {})
        .split("/")
        .at(-1) ?? "";
    await expect.poll(() => mailing.jobs()).toEqual([]);
    const { rows: tables } = await mailing.database.owner.query(
      "select tablename from pg_tables where schemaname = 'public'",
    );
    for (const { tablename } of tables as { tablename: string }[]) {
      const { rows } = await mailing.database.owner.query(
        `select count(*) as n from ${tablename} t where t::text like $1`,
        [`%${token}%`],
      );
      expect([tablename, rows[0]]).toEqual([tablename, { n: 0 }]);
    }
    expect(mailing.logged.join("")).not.toContain(token);
  });

  test("carries the personal message, who sends it and the member's address for answers", async () => {
    const mailing = await startMailing();
    const { rows } = await mailing.database.owner.query(
      "insert into members (email, name, password_hash) values ('nora@northwind.example', 'Nora Wind', 'x') returning id",
    );
    const sentBy = (rows[0] as { id: string }).id;
    const contactId = await mailing.invited("jane@acme.example");
    await mailing.queue(contactId, {
      kind: "invite",
      sentBy,
      personalMessage: "Come in,\nit is warm inside.",
      lifetimeSeconds: 14 * 86_400,
    });
    mailing.work();
    const [mail] = await mailing.sink.received(1);
    expect(mail?.text).toContain("Come in,\nit is warm inside.");
    expect(mail?.text).toContain("Nora Wind");
    expect(mail?.replyTo?.value[0]?.address).toBe("nora@northwind.example");
  });

  test("carries a code only when the contact asked for it in a browser", async () => {
    const mailing = await startMailing();
    const contactId = await mailing.invited("jane@acme.example");
    await mailing.queue(contactId, {
      kind: "sign-in-link",
      lifetimeSeconds: 1_800,
      browserHash: Buffer.alloc(32, 7),
      askedFrom: "Firefox on Linux",
    });
    await mailing.queue(await mailing.invited("joe@acme.example"));
    mailing.work();
    const [asked] = await mailing.sink.received(1, "jane@acme.example");
    expect(codeIn(asked ?? {})).toMatch(/^\d{6}$/);
    expect(asked?.text).toContain("Firefox on Linux");
    const [sent] = await mailing.sink.received(1, "joe@acme.example");
    expect(codeIn(sent ?? {})).toBeUndefined();
  });
});

describe("an e-mail that nobody should get", () => {
  test("is cancelled when the contact is revoked before it goes out", async () => {
    const mailing = await startMailing();
    const id = await mailing.queue(await mailing.invited("jane@acme.example", { revoked_at: new Date() }));
    mailing.work();
    await expect.poll(async () => (await mailing.email(id)).status).toBe("cancelled");
    expect(await mailing.jobs()).toEqual([]);
    expect(mailing.sink.messages).toEqual([]);
  });

  test("is not sent to a suppressed address until that is released", async () => {
    const mailing = await startMailing();
    const contactId = await mailing.invited("jane@acme.example");
    await mailing.store.write((db) =>
      db.insertInto("suppressions").values({ email: "jane@acme.example", reason: "No such address." }).execute(),
    );
    const id = await mailing.queue(contactId);
    mailing.work();
    await expect.poll(async () => (await mailing.email(id)).status).toBe("suppressed");
    await mailing.store.write((db) => releaseSuppression(db, "jane@acme.example", crypto.randomUUID()));
    await mailing.queue(contactId);
    await mailing.sink.received(1);
  });

  test("is an invite to somebody who has joined meanwhile", async () => {
    const mailing = await startMailing();
    const id = await mailing.queue(await mailing.invited("jane@acme.example", { joined_at: new Date() }), {
      kind: "invite",
    });
    mailing.work();
    await expect.poll(async () => (await mailing.email(id)).status).toBe("cancelled");
  });
});

describe("an answer", () => {
  test("5.1.1 bounces the e-mail and suppresses the address for this agency alone", async () => {
    const mailing = await startMailing({ onRcpt: () => "550 5.1.1 No such user" });
    const other = await insertAgency(mailing.database, "rivermark", "Rivermark");
    const id = await mailing.queue(await mailing.invited("gone@acme.example"));
    mailing.work();
    await expect.poll(async () => (await mailing.email(id)).status).toBe("bounced");
    expect((await mailing.email(id)).reason).toContain("No such address");
    const suppressions = (agencyId: string) =>
      mailing.database.store(agencyId).read((db) => db.selectFrom("suppressions").select("email").execute());
    expect(await suppressions(mailing.agencyId)).toEqual([{ email: "gone@acme.example" }]);
    expect(await suppressions(other)).toEqual([]);
    expect(await mailing.jobs()).toEqual([]);
  });

  test("5.7.1 pauses the agency's sending, spends no attempt, suppresses nobody, and goes on when a member says so", async () => {
    let refusing = true;
    const mailing = await startMailing({ onRcpt: () => (refusing ? "550 5.7.1 Not from you" : undefined) });
    const id = await mailing.queue(await mailing.invited("jane@acme.example"));
    mailing.work();
    await expect.poll(async () => (await mailing.email(id)).status).toBe("delayed");
    expect(await mailing.email(id)).toMatchObject({
      attempts: 0,
      reason: expect.stringContaining("Sending is paused."),
    });
    const paused = () =>
      mailing.store.read((db) =>
        db.selectFrom("agencies").select(["sending_paused_at", "sending_paused_reason"]).executeTakeFirstOrThrow(),
      );
    expect((await paused()).sending_paused_reason).toBeTruthy();
    const second = await mailing.queue(await mailing.invited("joe@acme.example"));
    await expect.poll(async () => (await mailing.email(second)).status).toBe("delayed");
    expect(await mailing.store.read((db) => db.selectFrom("suppressions").selectAll().execute())).toEqual([]);

    refusing = false;
    await mailing.store.write((db) => resumeSending(db));
    await mailing.sink.received(2);
    expect((await paused()).sending_paused_at).toBeNull();
  });

  test("a paused agency's sending goes on by itself once an e-mail comes through", async () => {
    let refusing = true;
    const mailing = await startMailing({ onRcpt: () => (refusing ? "550 5.7.1 Not from you" : undefined) });
    const first = await mailing.queue(await mailing.invited("jane@acme.example"));
    mailing.work();
    await expect.poll(async () => (await mailing.email(first)).status).toBe("delayed");
    const second = await mailing.queue(await mailing.invited("joe@acme.example"));
    await expect.poll(async () => (await mailing.email(second)).status).toBe("delayed");
    refusing = false;
    await mailing.database.owner.query("update agencies set sending_probe_at = now()");
    await mailing.database.owner.query("update jobs set run_at = now() where email_id = $1", [second]);
    await mailing.sink.received(2);
    await expect.poll(() => mailing.kinds()).toContain("sending.resumed");
  });

  test("4.2.1 delays the e-mail with the reason and tries again with the same Message-ID and a new token", async () => {
    let full = true;
    const seen: string[] = [];
    const mailing = await startMailing({
      onData: ({ raw }) => {
        seen.push(raw.toString());
        return full ? "450 4.2.2 Mailbox full" : undefined;
      },
    });
    const id = await mailing.queue(await mailing.invited("jane@acme.example"));
    mailing.work();
    await expect.poll(async () => (await mailing.email(id)).status).toBe("delayed");
    expect((await mailing.email(id)).reason).toContain("mailbox is full");
    const [job] = await mailing.jobs();
    expect(job).toMatchObject({ attempts: 1, lease_id: null });
    expect(job?.run_at.getTime()).toBeGreaterThan(job?.created_at.getTime() ?? 0);

    full = false;
    await mailing.timePasses();
    const [mail] = await mailing.sink.received(1);
    expect(mail?.messageId).toBe((await mailing.email(id)).message_id);
    const tokens = seen.map((raw) => /\/l\/([\w=\r\n-]{43,})/.exec(raw)?.[1]);
    expect(new Set(tokens).size).toBe(2);
    const links = await mailing.store.read((db) => db.selectFrom("access_links").select("id").execute());
    expect(links).toHaveLength(1);
  });

  test("4xx is given up, visibly, once the link would be of no use any more", async () => {
    const mailing = await startMailing({ onRcpt: () => "450 4.2.1 Try again" });
    const id = await mailing.queue(await mailing.invited("jane@acme.example"), {
      kind: "sign-in-link",
      lifetimeSeconds: 1_800,
    });
    await mailing.database.owner.query("update emails set queued_at = now() - interval '30 minutes'");
    mailing.work();
    await expect.poll(async () => (await mailing.email(id)).status).toBe("failed");
    expect((await mailing.email(id)).reason).toBeTruthy();
    expect(await mailing.jobs()).toEqual([]);
  });
});

test("while the relay is away mail waits and says so, and all of it goes out when it is back", async () => {
  let up = false;
  let port = 0;
  const relay = await startTcp((socket) => {
    if (!up) return void socket.destroy();
    const through = connect(port, "127.0.0.1");
    through.on("error", () => socket.destroy());
    socket.pipe(through).pipe(socket);
  });
  onTestFinished(() => relay.close());
  const mailing = await startMailing({}, relay.url);
  port = Number(new URL(mailing.sink.url).port);
  const ids: string[] = [];
  for (let n = 0; n < 8; n++) ids.push(await mailing.queue(await mailing.invited(`c${n}@acme.example`)));
  mailing.work();
  await expect
    .poll(async () => (await Promise.all(ids.map((id) => mailing.email(id)))).map(({ status }) => status))
    .toEqual(ids.map(() => "delayed"));
  expect((await mailing.email(ids[0] ?? "")).reason).toMatch(/relay/);
  up = true;
  await expect
    .poll(
      async () => {
        await mailing.timePasses();
        return mailing.sink.messages.length;
      },
      { interval: 200, timeout: 20_000 },
    )
    .toBe(8);
  await expect.poll(() => mailing.jobs()).toEqual([]);
});

test("a worker that lost its lease while sending writes nothing down", async () => {
  const mailing = await startMailing();
  const id = await mailing.queue(await mailing.invited("jane@acme.example"));
  const held = heldMailer();
  const slow = mailing.work({ mailer: held.mailer });
  await held.reached;
  // In one statement: between a job's return and another worker's claim this very worker could take it back.
  const { rows } = await mailing.database.owner.query(
    `update jobs set lease_id = gen_random_uuid(), leased_by = 'another', leased_until = now() + interval '1 minute'
     where email_id = $1 returning lease_id`,
    [id],
  );
  held.release();
  await expect.poll(() => slow.running()).toBe(0);
  expect((await mailing.email(id)).status).toBe("sending");
  expect((await mailing.jobs()).map((job) => job.lease_id)).toEqual([(rows[0] as { lease_id: string }).lease_id]);
});

test("an e-mail whose sending crashed three times says so and stays with its job, set aside", async () => {
  const mailing = await startMailing();
  const id = await mailing.queue(await mailing.invited("jane@acme.example"));
  const gone = openDirectoryJobs(mailing.database.directoryPool, { leaseSeconds: 0 });
  for (let crash = 1; crash < 3; crash++) {
    await gone.claimJobs("gone", { free: 1, bulk: 0 });
    await gone.returnExpired();
    await mailing.timePasses();
  }
  await gone.claimJobs("gone", { free: 1, bulk: 0 });
  mailing.work({ pace: { poll: 60_000, renew: 60_000, returnExpired: 20 } });
  await expect.poll(async () => (await mailing.email(id)).status).toBe("failed");
  expect((await mailing.jobs())[0]?.quarantined_at).toBeTruthy();
});

test("an e-mail whose job was set aside while nobody could say so is found by the sweep", async () => {
  const mailing = await startMailing();
  const id = await mailing.queue(await mailing.invited("jane@acme.example"));
  await mailing.database.owner.query("update jobs set quarantined_at = now()");
  await mailing.database.owner.query("update emails set status = 'sending'");
  mailing.work();
  await expect.poll(async () => (await mailing.email(id)).status).toBe("failed");
});

test("an agency's bulk does not hold up another agency's login mail", async () => {
  const mailing = await startMailing();
  const other = await insertAgency(mailing.database, "rivermark", "Rivermark");
  await mailing.database.owner.query(
    `with c as (insert into contacts (agency_id, email, invited_at) select $1, 'bulk' || n || '@acme.example', now() from generate_series(1, 2000) n returning id, email),
     e as (insert into emails (agency_id, kind, contact_id, to_email, lifetime_seconds) select $1, 'login-email', id, email, 86400 from c returning id)
     insert into jobs (agency_id, kind, lane, email_id) select $1, 'send-email', 'bulk', id from e`,
    [mailing.agencyId],
  );
  mailing.work();
  await mailing.sink.received(20);
  const contactId = await insertContact(mailing.database, other, {
    email: "rae@river.example",
    invited_at: new Date(),
  });
  await mailing.database.store(other).write((db) => queueEmail(db, { ...LOGIN, contactId }));
  const before = mailing.sink.messages.length;
  await mailing.sink.received(1, "rae@river.example");
  expect(mailing.sink.messages.length - before).toBeLessThan(200);
  await mailing.database.owner.query("delete from jobs where lease_id is null");
});
