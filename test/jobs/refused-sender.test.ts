// A server that refuses the sender: of one recipient alone, or of everybody.
import { expect, test } from "vitest";
import { resumeSending } from "../../src/models/sending-pauses.ts";
import { type Mailing, startMailing } from "./mailing.ts";

const REFUSED = "550 5.7.1 Not from you";

/** Lets the pause's next try come at once, as if its five minutes were over. */
const tryAgain = async ({ database }: Mailing) => {
  await database.owner.query("update agencies set sending_probe_at = now() where sending_probe_at is not null");
  await database.owner.query("update jobs set run_at = now() where lease_id is null and email_id is not null");
};

test("one recipient whose server refuses us pauses the agency once, and ends for himself when others get their mail", async () => {
  const mailing = await startMailing({ onRcpt: (to) => (to.startsWith("bad@") ? REFUSED : undefined) });
  const bad = await mailing.queue(await mailing.invited("bad@acme.example"));
  mailing.work();
  await expect.poll(async () => (await mailing.email(bad)).status).toBe("delayed");
  const others: string[] = [];
  for (const name of ["jane", "joe", "maya"])
    others.push(await mailing.queue(await mailing.invited(`${name}@acme.example`)));
  const statuses = () => Promise.all([bad, ...others].map(async (id) => (await mailing.email(id)).status));
  await expect
    .poll(async () => {
      await tryAgain(mailing);
      return await statuses();
    })
    .toEqual(["bounced", "sent", "sent", "sent"]);
  expect(await mailing.email(bad)).toMatchObject({
    reason: "The mail server does not accept mail from us, by its own policy.",
  });
  expect(await mailing.store.read((db) => db.selectFrom("suppressions").selectAll().execute())).toEqual([]);
  expect((await mailing.kinds()).filter((kind) => kind === "sending.paused")).toHaveLength(1);
  expect(await mailing.jobs()).toEqual([]);
});

test("while nobody gets mail from us no e-mail ends by it, however often a member has sending go on", async () => {
  let tries = 0;
  const mailing = await startMailing({
    onRcpt: () => {
      tries += 1;
      return REFUSED;
    },
  });
  const id = await mailing.queue(await mailing.invited("jane@acme.example"));
  mailing.work();
  for (let time = 1; time <= 3; time += 1) {
    await expect.poll(() => tries).toBe(time);
    await expect.poll(async () => (await mailing.email(id)).status).toBe("delayed");
    await mailing.store.write((db) => resumeSending(db, crypto.randomUUID()));
  }
  await expect.poll(async () => (await mailing.email(id)).status).toBe("delayed");
  expect((await mailing.email(id)).attempts).toBe(0);
});
