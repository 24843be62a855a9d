// Runs with faults on our side: workers killed and stopped at random, connections cut. Nothing is lost, little comes twice, the dead write nothing.
import { expect, test } from "vitest";
import { account, seeded, startFaults, startRelay, statuses } from "./fault-world.ts";
import { startWorkerProcess } from "./worker-processes.ts";

// The product's leases last a minute; what is waited for here is the same, sooner.
const LEASE = { leaseSeconds: 3, returnExpired: 300 };
const CONNECTIONS = 5;
const SLOW = 120_000;

test(
  "workers killed with kill -9 at random moments lose nothing and double at most what stood at the relay",
  async () => {
    const random = seeded("kill -9");
    const relay = await startRelay(() => undefined, 15);
    const world = await startFaults(450, relay.url);
    const start = () => startWorkerProcess(world, { ...LEASE, smtpUrl: relay.url });
    const workers = [await start(), await start()];
    const kills = 5;
    for (let kill = 0; kill < kills; kill++) {
      await relay.reached(Math.min(relay.taken.length + 10 + Math.floor(random() * 50), 400));
      const [victim] = workers.splice(Math.floor(random() * workers.length), 1);
      victim?.process.kill("SIGKILL");
      expect(await victim?.exit).toEqual([null, "SIGKILL"]);
      workers.push(await start());
    }
    await world.ended();
    expect(await statuses(world)).toEqual({ sent: 450 });
    expect(await account(world, relay.taken, "kill -9")).toBeLessThanOrEqual(kills * CONNECTIONS);
  },
  SLOW,
);

test(
  "a worker stopped beyond its leases in the middle of its mails begins to send no other and writes nothing when it goes on",
  async () => {
    const random = seeded("SIGSTOP");
    const relay = await startRelay(() => undefined, 15);
    const world = await startFaults(150, relay.url);
    const zombie = await startWorkerProcess(world, { ...LEASE, smtpUrl: relay.url });
    await relay.reached(10 + Math.floor(random() * 60));
    zombie.process.kill("SIGSTOP");
    await startWorkerProcess(world, { ...LEASE, smtpUrl: relay.url });
    // what PostgreSQL does by itself to a transaction that nobody has gone on with for as long as a lease lasts
    const { owner } = world.database;
    const endForgotten = () =>
      owner.query(`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and state = 'idle in transaction' and state_change < now() - interval '3 seconds'`);
    const ends = setInterval(() => void endForgotten(), 500);
    await world.ended().finally(() => clearInterval(ends));
    await account(world, relay.taken, "SIGSTOP");

    const written = async () =>
      (
        await owner.query(`
          select (select md5(string_agg(emails::text, ',' order by id)) from emails) as emails,
                 (select md5(string_agg(events::text, ',' order by id)) from events) as events,
                 (select md5(string_agg(access_links::text, ',' order by id)) from access_links) as links`)
      ).rows;
    const before = await written();
    zombie.process.kill("SIGCONT");
    zombie.process.kill("SIGTERM");
    expect(await zombie.exit).toEqual([0, null]);
    expect(await written()).toEqual(before);
    // a message that was half said when the worker was stopped may have been said to its end
    const twice = relay.taken.length - 150;
    console.log(`SIGSTOP and SIGCONT: ${twice} messages twice in all.`);
    expect(twice).toBeLessThanOrEqual(CONNECTIONS);
  },
  SLOW,
);

test(
  "connections to the database cut at random lose nothing and double nothing",
  async () => {
    const random = seeded("connections cut");
    const relay = await startRelay(() => undefined, 5);
    const world = await startFaults(450, relay.url);
    await startWorkerProcess(world, { ...LEASE, smtpUrl: relay.url });
    let cut = 0;
    for (let reached = 20; reached < 440; reached += 5 + Math.floor(random() * 40)) {
      await relay.reached(reached);
      const { rows } = await world.database.owner.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and application_name in ('portico', 'portico-listen')
         order by md5(pid::text || $1) limit $2`,
        [String(random()), 1 + Math.floor(random() * 4)],
      );
      cut += rows.length;
    }
    await world.ended();
    console.log(`connections cut: ${cut}`);
    expect(await statuses(world)).toEqual({ sent: 450 });
    expect(await account(world, relay.taken, "connections cut")).toBe(0);
  },
  SLOW,
);
