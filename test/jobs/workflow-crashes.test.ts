// Workers killed with kill -9 again and again while they move the runs of a workflow: what every step did, it did exactly once.
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { expect, onTestFinished, test } from "vitest";
import { startWorkerProcess } from "./worker-processes.ts";
import { startWorkflows, type WorkflowWorld } from "./workflow-world.ts";

// WORKFLOW_RUNS=5000 for the long one, which takes some minutes. CRASH_SEED repeats the choices of a run, though not its timing.
const RUNS = Number(process.env.WORKFLOW_RUNS ?? 500);
const SEED = Number(process.env.CRASH_SEED ?? Math.floor(Math.random() * 2 ** 31));
const PROCESSES = 2;
const IN_FLIGHT = 5;
const CRASHES = Math.max(6, Math.round(RUNS / 100));
const A_CRASH = Math.ceil(RUNS / CRASHES);
const SLOW = 60_000 + RUNS * 100;

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function randomFrom(seed: number) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

async function counted(world: WorkflowWorld) {
  const [row] = await world.query<Record<string, number>>(`
    select
      (select count(*)::int from workflow_runs where state = 'done' and position = 4) as done,
      (select count(*)::int from workflow_run_steps where outcome = 'done' and try = 1) as steps,
      (select count(*)::int from workflow_run_steps where outcome <> 'done' or try <> 1) as other_steps,
      (select count(*)::int from events where kind = 'contact.tagged') as tagged,
      (select count(distinct contact_id)::int from events where kind = 'contact.tagged') as contacts_tagged,
      (select count(*)::int from events where kind = 'contact.untagged') as untagged,
      (select count(distinct contact_id)::int from events where kind = 'contact.untagged') as contacts_untagged,
      (select count(*)::int from contact_tags) as tags,
      (select count(*)::int from emails) as emails,
      (select count(distinct workflow_run_id)::int from emails) as runs_with_email,
      (select count(*)::int from emails where status = 'sent') as sent,
      (select count(*)::int from workflow_run_steps step join emails on emails.id = step.email_id and emails.workflow_run_id = step.run_id) as told,
      (select count(*)::int from jobs where kind <> 'sweep') as jobs`);
  return row;
}

/** What has been done so far: steps that were taken and mails that arrived. */
async function progress(world: WorkflowWorld): Promise<number> {
  const [row] = await world.query<{ steps: number }>("select count(*)::int as steps from workflow_run_steps");
  return (row?.steps ?? 0) + world.sink.messages.length;
}

/** Whether somebody waits for a lock in the middle of a transaction. */
async function isHeldUp(world: WorkflowWorld): Promise<boolean> {
  const rows = await world.query(
    "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query ~ 'workflow_run_steps|contact_tags|emails'",
  );
  return rows.length > 0;
}

test(
  `${RUNS} runs of four steps take each of them once though their workers are killed all the time`,
  async () => {
    console.log(`Seed ${SEED}.`);
    const random = randomFrom(SEED);
    const world = await startWorkflows();
    const templateId = await world.template();
    const workflow = await world.workflow([
      { do: "add-tag", tag: "nudged" },
      { do: "send-template", templateId },
      { do: "wait", amount: 3, unit: "days" },
      { do: "remove-tag", tag: "nudged" },
    ]);
    const contacts = await world.query<{ id: string }>(
      `insert into contacts (agency_id, email, invited_at) select $1, 'c' || n || '@acme.example', now()
       from generate_series(1, $2::int) n returning id`,
      [world.agencyId, RUNS],
    );
    const waiting = contacts.map(({ id }) => id);
    const blocker = new pg.Client({ connectionString: world.database.url });
    await blocker.connect();
    onTestFinished(() => blocker.end());

    // New runs enter and waits end all along, so that whenever a worker dies it has runs of every step in its hands. Three deaths set
    // a job aside, which is another test's; here everyone dies far more often than that.
    let allowed = 0;
    const timePasses = async () => {
      const entering = waiting.splice(0, Math.min(allowed, Math.ceil(A_CRASH / 10)));
      allowed -= entering.length;
      if (entering.length > 0) await world.enter(workflow, ...entering);
      await world.query(
        `update jobs set crashes = 0, run_at = least(run_at, now())
         where id in (select id from jobs where lease_id is null and kind <> 'sweep' for update skip locked)`,
      );
    };
    // with the leases of the product: only who is dead loses his jobs
    const spawn = () => startWorkerProcess(world, { returnExpired: 500 });
    const workers = await Promise.all(Array.from({ length: PROCESSES }, spawn));
    const began = performance.now();
    let kills = 0;
    let midway = 0;
    const kill = async (nth: number) => {
      workers[nth]?.process.kill("SIGKILL");
      await workers[nth]?.exit;
      kills += 1;
      workers[nth] = await spawn();
    };
    // two die between two statements of a transaction: whoever writes waits for this lock
    const killMidway = async (table: string) => {
      await blocker.query(`begin; lock table ${table} in share mode`);
      const until = performance.now() + 3_000;
      while (performance.now() < until && !(await isHeldUp(world))) {
        await timePasses();
        await sleep(20);
      }
      if (await isHeldUp(world)) midway += 1;
      await Promise.all(workers.map((_, nth) => kill(nth)));
      await blocker.query("rollback");
    };
    for (let nth = 0; nth < CRASHES; nth++) {
      // each of them lives until it has done something, and a moment more
      allowed += Math.ceil(A_CRASH / 2);
      const before = await progress(world);
      for (
        const until = performance.now() + 6_000;
        performance.now() < until && (await progress(world)) < before + 10;
      ) {
        await timePasses();
        await sleep(20);
      }
      allowed += Math.ceil(A_CRASH / 2);
      const table = ["workflow_run_steps", "contact_tags", "emails"][Math.floor(random() * 3)] ?? "emails";
      if (random() < 0.5) await killMidway(table);
      else {
        await timePasses();
        await sleep(random() * 300);
        await kill(Math.floor(random() * PROCESSES));
      }
    }
    allowed = RUNS;
    await expect
      .poll(
        async () => {
          await timePasses();
          return await counted(world);
        },
        { timeout: SLOW, interval: 250 },
      )
      .toEqual({
        done: RUNS,
        steps: RUNS * 4,
        other_steps: 0,
        tagged: RUNS,
        contacts_tagged: RUNS,
        untagged: RUNS,
        contacts_untagged: RUNS,
        tags: 0,
        emails: RUNS,
        runs_with_email: RUNS,
        sent: RUNS,
        told: RUNS,
        jobs: 0,
      });
    const reached = new Set(world.sink.messages.flatMap(({ to }) => to)).size;
    const twice = world.sink.messages.length - reached;
    console.log(
      `${RUNS} runs, ${kills} kills, ${midway} times in the middle of a transaction; ${twice} mails came twice; ${Math.round((performance.now() - began) / 1_000)} s.`,
    );
    expect(reached).toBe(RUNS);
    expect(twice).toBeLessThanOrEqual(kills * IN_FLIGHT);
    expect(kills).toBeGreaterThanOrEqual(CRASHES);
  },
  SLOW,
);
