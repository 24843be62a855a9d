// Workers in processes of their own, killed and stopped in the middle of hundreds of mails.
import { expect, test } from "vitest";
import { queueEmails } from "../../src/models/emails.ts";
import { type Mailing, startMailing } from "./mailing.ts";
import { startWorkerProcess } from "./worker-processes.ts";

// The product's leases last 60 s and are looked at every 10 s; the test keeps the proportions and waits a twentieth as long.
const LEASE = { leaseSeconds: 3, returnExpired: 500 };
const SLOW = 180_000;
const IN_FLIGHT = 5;

async function queueMails(mailing: Mailing, count: number): Promise<void> {
  await mailing.database.owner.query(
    "insert into contacts (agency_id, email, invited_at) select $1, 'c' || n || '@acme.example', now() from generate_series(1, $2::int) n",
    [mailing.agencyId, count],
  );
  await mailing.store.write((db) =>
    queueEmails(db, db.selectFrom("contacts").select("id"), {
      kind: "login-email",
      lifetimeSeconds: 86_400,
      lane: "bulk",
    }),
  );
}

const startProcess = (mailing: Mailing) => startWorkerProcess(mailing, LEASE);

/** How many addresses got mail, and how many mails were one too many. */
function deliveries(mailing: Mailing): { addresses: number; twice: number } {
  const addresses = new Set(mailing.sink.messages.flatMap(({ to }) => to));
  return { addresses: addresses.size, twice: mailing.sink.messages.length - addresses.size };
}

const statuses = async (mailing: Mailing) => {
  const { rows } = await mailing.database.owner.query("select status, count(*)::int as n from emails group by status");
  return Object.fromEntries((rows as { status: string; n: number }[]).map(({ status, n }) => [status, n]));
};

test(
  "a worker killed in the middle of 500 mails loses none and doubles at most what was in flight",
  async () => {
    const mailing = await startMailing();
    await queueMails(mailing, 500);
    const first = await startProcess(mailing);
    await first.sending(150);
    first.process.kill("SIGKILL");
    expect(await first.exit).toEqual([null, "SIGKILL"]);
    expect(deliveries(mailing).addresses).toBeLessThan(500);

    await startProcess(mailing);
    await expect.poll(() => statuses(mailing), { timeout: 60_000 }).toEqual({ sent: 500 });
    const { addresses, twice } = deliveries(mailing);
    expect(addresses).toBe(500);
    expect(twice).toBeLessThanOrEqual(IN_FLIGHT);
    await expect.poll(() => mailing.jobs()).toEqual([]);
  },
  SLOW,
);

test(
  "workers stopped twenty times under load lose none, double none and exit with 0",
  async () => {
    const mailing = await startMailing();
    await queueMails(mailing, 1_000);
    for (let stops = 0; stops < 20; stops++) {
      const worker = await startProcess(mailing);
      await worker.sending(mailing.sink.messages.length + 10);
      worker.process.kill("SIGTERM");
      expect(await worker.exit).toEqual([0, null]);
      const { rows } = await mailing.database.owner.query(
        "select count(*)::int as held from jobs where lease_id is not null",
      );
      expect(rows).toEqual([{ held: 0 }]);
    }
    await startProcess(mailing);
    await expect.poll(() => statuses(mailing), { timeout: 60_000 }).toEqual({ sent: 1_000 });
    expect(deliveries(mailing)).toEqual({ addresses: 1_000, twice: 0 });
  },
  SLOW,
);
