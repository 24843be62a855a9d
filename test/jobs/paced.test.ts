// The limits that an operator sets: what an agency may send in a minute and the relay may get in a second, in a worker that sends.
import { expect, test } from "vitest";
import { createMetrics } from "../../src/metrics.ts";
import { queueEmail } from "../../src/models/emails.ts";
import { insertAgency, insertContact } from "../support/database.ts";
import { LOGIN, startMailing } from "./mailing.ts";

test("an agency's bulk beyond its minute is given times, spends no attempt, and holds up neither its login mail nor another agency", async () => {
  const mailing = await startMailing();
  const rivermark = await insertAgency(mailing.database, "rivermark", "Rivermark");
  const ids: string[] = [];
  for (let n = 0; n < 6; n++)
    ids.push(await mailing.queue(await mailing.invited(`c${n}@acme.example`), { lane: "bulk" }));
  mailing.work({ limits: { agencyPerMinute: 6 } });
  // ten seconds' worth may go at once, and then one every ten
  const times = async () => {
    const jobs = await mailing.jobs();
    const waiting = jobs.filter(({ last_error, lease_id }) => lease_id === null && last_error?.includes("a minute"));
    return waiting.map(({ run_at, attempts }) => ({ at: run_at.getTime(), attempts }));
  };
  await expect.poll(async () => (await times()).length).toBe(4);
  const sorted = (await times()).toSorted((a, b) => a.at - b.at);
  expect(sorted.map(({ attempts }) => attempts)).toEqual([0, 0, 0, 0]);
  for (const [n, { at }] of sorted.entries()) {
    const before = sorted[n - 1];
    if (before) expect(at - before.at).toBeGreaterThan(6_000);
  }
  const statuses = async () => {
    const emails = await Promise.all(ids.map((id) => mailing.email(id)));
    return emails.map(({ status }) => status).toSorted();
  };
  await expect.poll(statuses).toEqual(["queued", "queued", "queued", "queued", "sent", "sent"]);

  await mailing.queue(await mailing.invited("now@acme.example"));
  await mailing.sink.received(1, "now@acme.example");
  const contactId = await insertContact(mailing.database, rivermark, {
    email: "rae@river.example",
    invited_at: new Date(),
  });
  await mailing.database.store(rivermark).write((db) => queueEmail(db, { ...LOGIN, contactId, lane: "bulk" }));
  await mailing.sink.received(1, "rae@river.example");
});

test("the metrics show the pace of the relay: what it may get, and less after it asked for less", async () => {
  let busy = 1;
  const mailing = await startMailing({ onMail: () => (busy-- > 0 ? "421 4.7.0 Too much" : undefined) });
  const metrics = createMetrics();
  const paceOf = async () =>
    Object.fromEntries(
      [...(await metrics.text()).matchAll(/^portico_relay_(\w+) (\S+)$/gm)].map(([, name, value]) => [name, value]),
    );
  const id = await mailing.queue(await mailing.invited("jane@acme.example"));
  mailing.work({ limits: { perSecond: 50 }, onPace: metrics.pace });
  expect(await paceOf()).toEqual({ at_once: "5", per_second: "50" });
  await expect.poll(async () => (await mailing.email(id)).status).toBe("delayed");
  expect(await paceOf()).toMatchObject({ at_once: "1" });
  expect(mailing.logged.join("")).toContain("The mail relay asks for less");
  await mailing.timePasses();
  await mailing.sink.received(1);
});
