// Moving the runs of workflows: how many steps a second one worker takes, and what a step costs the application and the database.
// Stands alone: node bin/run.mjs --import tsx bench/workflow-runs.ts [runs] [word in a kind's name]
import pg from "pg";
import { openAgencyStore } from "../src/db/agency-store.ts";
import { openDirectoryJobs } from "../src/db/directory-jobs.ts";
import { createPool } from "../src/db/pool.ts";
import type { JobKind } from "../src/jobs/queue.ts";
import { createRunWorkflow } from "../src/jobs/run-workflow.ts";
import { createWorker, type Handlers } from "../src/jobs/worker.ts";
import { createLogger } from "../src/log.ts";
import type { Step } from "../src/models/workflow-definitions.ts";
import { startBench } from "./steps.ts";

const count = Number(process.argv[2] ?? 20_000);
const wanted = process.argv[3] ?? "";
const wait: Step = { do: "wait", amount: 3, unit: "days" };

const FIELDS = JSON.stringify({
  subject: "News",
  preheader: "",
  heading: "News",
  body: "Hi\n\n{{ portal.login_button }}",
  button: "Open",
  footer: "",
});

async function fill(owner: pg.Client): Promise<{ agencyId: string; templateId: string }> {
  const { rows } = await owner.query<{ agencyId: string; templateId: string }>(`
    with agency as (insert into agencies (slug, name, workflow_mails_a_day) values ('northwind', 'Northwind', 20) returning id),
    template as (insert into email_templates (agency_id, name) select id, 'News' from agency returning agency_id, id),
    host as (insert into hosts (agency_id, kind, name, verified_at, active_at, selected_at)
             select id, 'default', 'northwind', now(), now(), now() from agency)
    select agency_id as "agencyId", id as "templateId" from template`);
  const [row] = rows;
  if (!row) throw new Error("Nothing was made.");
  const { agencyId, templateId } = row;
  await owner.query(
    `with version as (insert into email_template_versions (agency_id, template_id, number, fields) values ($1, $2, 1, $3) returning id)
     select id from version`,
    [agencyId, templateId, FIELDS],
  );
  await owner.query("update email_templates set current_id = (select id from email_template_versions) where id = $1", [
    templateId,
  ]);
  await owner.query(
    "insert into contacts (agency_id, email, invited_at) select $1, 'c' || n || '@acme.example', now() from generate_series(1, $2::int) n",
    [agencyId, count],
  );
  return { agencyId, templateId };
}

async function enter(owner: pg.Client, agencyId: string, steps: readonly Step[]): Promise<void> {
  const definition = JSON.stringify({
    trigger: { on: "tag-added", tag: "x" },
    conditions: { statuses: [], tags: [], notTags: [], company: "", emailDomains: [] },
    steps,
    endsOnJoin: false,
  });
  await owner.query("delete from jobs");
  await owner.query(
    `with workflow as (insert into workflows (agency_id, name, enabled_at) values ($1, 'Bench', now()) returning id)
     insert into workflow_versions (agency_id, workflow_id, number, definition, ends_on_join) select $1, id, 1, $2, false from workflow`,
    [agencyId, definition],
  );
  await owner.query(
    `with run as (
       insert into workflow_runs (agency_id, workflow_id, version_id, contact_id, ends_on_join)
       select contacts.agency_id, version.workflow_id, version.id, contacts.id, false
       from contacts, (select * from workflow_versions order by id desc limit 1) version
       returning agency_id, id
     ) insert into jobs (agency_id, id, kind, lane) select agency_id, id, 'run-workflow', 'bulk' from run`,
    [],
  );
  await owner.query("vacuum analyze");
}

const bench = await startBench();
const url = await bench.fresh("bench_runs", true);
const owner = new pg.Client({ connectionString: url });
await owner.connect();
try {
  const { agencyId, templateId } = await fill(owner);
  const kinds: [string, Step[]][] = [
    ["wait first", [wait]],
    ["add tag, wait", [{ do: "add-tag", tag: "bench" }, wait]],
    ["send a template, wait", [{ do: "send-template", templateId }, wait]],
    ["remove tag, end", [{ do: "remove-tag", tag: "bench" }]],
  ];
  for (const [name, steps] of kinds.filter(([kind]) => kind.includes(wanted))) {
    await enter(owner, agencyId, steps);
    const appPool = createPool({ url, role: "portico_app", max: 7, waitMs: 10_000 });
    const directoryPool = createPool({ url, role: "portico_directory", max: 3, waitMs: 10_000 });
    const run = createRunWorkflow({ agencies: { open: (id) => openAgencyStore(appPool, id) } });
    const idle = new Proxy({} as Handlers, {
      get: (_, kind: JobKind) =>
        kind === "run-workflow" ? run : async () => await new Promise<"settled">(() => undefined),
      getOwnPropertyDescriptor: () => ({ configurable: true, enumerable: true, value: undefined }),
    });
    const before = { cpu: process.cpuUsage(), database: bench.cpu(), at: performance.now() };
    const worker = createWorker({
      jobs: openDirectoryJobs(directoryPool),
      handlers: idle,
      log: createLogger("warn"),
      concurrency: 5,
      name: () => "bench",
      pace: { poll: 20, stop: 10 },
    });
    const left = async () =>
      (await owner.query("select 1 from jobs where kind = 'run-workflow' and run_at <= now() limit 1")).rows.length;
    while ((await left()) > 0) await new Promise((resolve) => setTimeout(resolve, 50));
    const seconds = (performance.now() - before.at) / 1_000;
    const { user, system } = process.cpuUsage(before.cpu);
    const database = bench.cpu() - before.database;
    await worker.stop();
    const { rows } = await owner.query<{ taken: number }>(
      "select count(*)::int as taken from workflow_run_steps where run_id in (select id from workflow_runs where version_id = (select id from workflow_versions order by id desc limit 1))",
    );
    const taken = rows[0]?.taken ?? 0;
    console.log(
      `${name}: ${count} runs, ${taken} steps in ${seconds.toFixed(1)} s = ${Math.round(taken / seconds)} steps/s; ` +
        `us a step: application ${Math.round((user + system) / taken)}, database ${Math.round((database * 1e6) / taken)}`,
    );
    await Promise.all([appPool.end(), directoryPool.end()]);
  }
} finally {
  await owner.end();
  await bench.stop();
}
