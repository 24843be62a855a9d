// E-mails of one agency that begin and end as one group: what befalls one of them is nobody else's.
import { randomBytes, randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { type ClaimedJob, openDirectoryJobs } from "../../src/db/directory-jobs.ts";
import { beginEmails, type EmailJob } from "../../src/jobs/begin-emails.ts";
import { settleEmails } from "../../src/jobs/settle-emails.ts";
import { pauseBatch, stopBatch } from "../../src/models/email-batches.ts";
import { sendLoginEmails } from "../../src/models/login-emails.ts";
import { startMailing } from "./mailing.ts";

const deps = {
  mailFrom: { name: "Portico", address: "no-reply@portico.example" },
  portalOrigin: { scheme: "http", portalDomain: "portal.localhost:3000" },
  codeKey: randomBytes(32),
} as const;
const accepted = { kind: "accepted", response: "250 2.0.0 queued" } as const;

/** An agency's claimed e-mails to `names`, in that order. */
async function claimed(...names: string[]) {
  const mailing = await startMailing();
  for (const name of names) await mailing.queue(await mailing.invited(`${name}@acme.example`));
  const jobs = openDirectoryJobs(mailing.database.directoryPool);
  const taken = await jobs.claimJobs("test", { free: names.length, bulk: 0 });
  const { rows } = await mailing.database.owner.query<{ id: string; to_email: string }>(
    "select id, to_email from emails",
  );
  const nameOf = new Map(rows.map(({ id, to_email }) => [id, to_email.split("@")[0]]));
  const all = taken
    .filter((job): job is EmailJob => job.emailId !== null)
    .sort((a, b) => names.indexOf(nameOf.get(a.emailId) ?? "") - names.indexOf(nameOf.get(b.emailId) ?? ""));
  return {
    ...mailing,
    jobs: () => mailing.jobs(),
    kinds: () => mailing.kinds(),
    all,
    begin: (some: readonly EmailJob[] = all) => mailing.store.write((db) => beginEmails(db, some, deps)),
    settle: (some: readonly EmailJob[] = all) =>
      mailing.store.write((db) =>
        settleEmails(
          db,
          some.map((job) => ({ job, outcome: accepted })),
        ),
      ),
    loses: ({ jobId }: ClaimedJob) =>
      mailing.database.owner.query("update jobs set lease_id = gen_random_uuid() where id = $1", [jobId]),
    states: async () =>
      (await mailing.database.owner.query("select to_email, status from emails order by id")).rows.map(
        ({ to_email, status }) => `${to_email.split("@")[0]} ${status}`,
      ),
    links: async () =>
      (
        await mailing.database.owner.query(
          "select l.id, t.link_id from access_links l left join access_tokens t on t.link_id = l.id",
        )
      ).rows as { id: string; link_id: string | null }[],
  };
}

test("a group's tokens stand in the database before anything leaves, one a message, each for its own contact", async () => {
  const { all, begin, links, database, states } = await claimed("ann", "bea", "cid");
  const begun = await begin();
  const urls = begun.map((one) => ("ready" in one ? one.ready.link?.url : undefined));
  expect(new Set(urls).size).toBe(3);
  expect(begun.map((one) => "ready" in one && one.ready.sending.id)).toEqual(all.map(({ emailId }) => emailId));
  expect(await links()).toHaveLength(3);
  const { rows } = await database.owner.query(
    "select count(*)::int as n from access_links l join emails e on e.id = l.email_id where l.contact_id = e.contact_id and e.message_id is not null and e.attempts = 1",
  );
  expect(rows).toEqual([{ n: 3 }]);
  expect(await states()).toEqual(["ann sending", "bea sending", "cid sending"]);
});

test("one of a group that has lost its lease begins nothing, and the others begin", async () => {
  const { all, begin, loses, states, links } = await claimed("ann", "bea", "cid");
  await loses(all[1] as EmailJob);
  const begun = await begin();
  expect(begun.map((one) => Object.keys(one)[0])).toEqual(["ready", "lost", "ready"]);
  expect(await states()).toEqual(["ann sending", "bea queued", "cid sending"]);
  expect(await links()).toHaveLength(2);
});

test("one of a group that loses its lease while it is sent writes nothing down, and the others are sent", async () => {
  const { all, begin, settle, loses, states, jobs, kinds } = await claimed("ann", "bea", "cid");
  await begin();
  await loses(all[1] as EmailJob);
  expect(await settle()).toEqual([true, false, true]);
  expect(await states()).toEqual(["ann sent", "bea sending", "cid sent"]);
  expect((await jobs()).map(({ id }) => id)).toEqual([all[1]?.jobId]);
  expect((await kinds()).filter((kind) => kind === "email.sent")).toHaveLength(2);
});

test("one of a group whose contact was deleted ends as cancelled, and the others begin", async () => {
  const { all, begin, states, database, jobs } = await claimed("ann", "bea", "cid");
  await database.owner.query("delete from contacts where email = 'bea@acme.example'");
  const begun = await begin();
  expect(begun.map((one) => Object.keys(one)[0])).toEqual(["ready", "settled", "ready"]);
  expect(await states()).toEqual(["ann sending", "bea cancelled", "cid sending"]);
  expect((await jobs()).map(({ id }) => id)).not.toContain(all[1]?.jobId);
});

test("one of a group whose e-mail is gone ends its job, and the others begin", async () => {
  const { all, begin, database, jobs } = await claimed("ann", "bea");
  await database.owner.query("delete from emails where id = $1", [all[0]?.emailId]);
  expect((await begin()).map((one) => Object.keys(one)[0])).toEqual(["settled", "ready"]);
  expect((await jobs()).map(({ id }) => id)).toEqual([all[1]?.jobId]);
});

test("a stopped batch's e-mails in a group are cancelled, a paused one's are put aside, and the others go out", async () => {
  const mailing = await startMailing();
  const { rows } = await mailing.database.owner.query(
    "insert into members (email, name, password_hash) values ('nora@x.example', 'Nora', '-') returning id",
  );
  const nora = rows[0].id as string;
  const batchOf = async (name: string) => {
    const contactId = await mailing.invited(`${name}@acme.example`, { joined_at: new Date() });
    const batchId = randomUUID();
    const order = { batchId, memberId: nora, destination: "/", lifetimeSeconds: 3_600, invite: false };
    await mailing.store.write((db) => sendLoginEmails(db, { ids: [contactId] }, order));
    return batchId;
  };
  const [stopped, paused] = [await batchOf("ann"), await batchOf("bea")];
  await batchOf("cid");
  const taken = await openDirectoryJobs(mailing.database.directoryPool).claimJobs("test", { free: 3, bulk: 3 });
  await mailing.store.write((db) => stopBatch(db, stopped, nora));
  await mailing.store.write((db) => pauseBatch(db, paused, nora));
  await mailing.store.write((db) => beginEmails(db, taken as EmailJob[], deps));
  const states = await mailing.database.owner.query(
    `select split_part(to_email, '@', 1) as name, status, run_at = 'infinity' as parked
     from emails left join jobs on jobs.email_id = emails.id order by 1`,
  );
  expect(states.rows).toEqual([
    { name: "ann", status: "cancelled", parked: null },
    { name: "bea", status: "queued", parked: true },
    { name: "cid", status: "sending", parked: false },
  ]);
});

test("one e-mail that cannot begin holds up none of those that begin with it", async () => {
  const mailing = await startMailing();
  const { sink, database, store, logged } = mailing;
  const bad = await mailing.queue(await mailing.invited("bad@acme.example"));
  for (const name of ["ann", "bea", "cid"]) await mailing.queue(await mailing.invited(`${name}@acme.example`));
  // what it is refused by, nothing but the database itself could tell before
  await database.owner.query(
    `alter table access_links add constraint poison check (email_id <> '${bad}' or email_id is null)`,
  );
  mailing.work();
  await sink.received(3);
  expect(sink.messages.map(({ to }) => String(to[0])).toSorted((a, b) => a.localeCompare(b))).toEqual([
    "ann@acme.example",
    "bea@acme.example",
    "cid@acme.example",
  ]);
  const error = async () =>
    (await store.read((db) => db.selectFrom("jobs").select("last_error").where("email_id", "=", bad).execute()))[0]
      ?.last_error;
  await expect.poll(error).toContain("poison");
  expect(logged.join("")).toContain("A job failed and will run again.");
});

test("a retried e-mail of a group gets a sibling token beside those that begin for the first time", async () => {
  const { all, begin, links, database } = await claimed("ann", "bea");
  await begin(all.slice(0, 1));
  await begin();
  const found = await links();
  expect(found).toHaveLength(3);
  expect(new Set(found.map(({ id }) => id)).size).toBe(2);
  const { rows } = await database.owner.query("select attempts from emails order by id");
  expect(rows).toEqual([{ attempts: 2 }, { attempts: 1 }]);
});

test("of a paused agency's group one e-mail alone finds out whether the trouble is over", async () => {
  const { begin, database, states } = await claimed("ann", "bea", "cid");
  await database.owner.query(
    "update agencies set sending_paused_at = now(), sending_paused_reason = 'Refused.', sending_probe_at = now()",
  );
  expect((await begin()).map((one) => Object.keys(one)[0])).toEqual(["ready", "settled", "settled"]);
  expect(await states()).toEqual(["ann sending", "bea delayed", "cid delayed"]);
});
