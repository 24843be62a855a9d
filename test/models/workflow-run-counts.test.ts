// The kept counts of runs against counting them: whatever happens to runs, one by one or by the thousand, and how long runs are kept.
import { expect, test } from "vitest";
import { addContactTags } from "../../src/models/contact-tags.ts";
import { revokeContacts } from "../../src/models/contacts.ts";
import { queueEmail } from "../../src/models/emails.ts";
import { publishWorkflow, saveDraft } from "../../src/models/workflow-drafts.ts";
import { deleteOldRuns } from "../../src/models/workflow-retention.ts";
import { countOpenRuns, countRuns } from "../../src/models/workflow-run-counts.ts";
import { getWorkflow } from "../../src/models/workflows.ts";
import { define, startAgency, type WorkflowAgency } from "./workflow-agency.ts";

const vip = define({ on: "tag-added", tag: "vip" });

async function crowd(agency: WorkflowAgency, many: number): Promise<void> {
  await agency.query(
    "insert into contacts (agency_id, email) select $1, gen_random_uuid() || '@acme.example' from generate_series(1, $2)",
    [agency.agencyId, many],
  );
}

const tagAll = (agency: WorkflowAgency) =>
  agency.store.write((db) => addContactTags(db, { all: true }, ["vip"], agency.memberId));

/** The kept counts, after saying that they are those of the rows. */
async function counts(agency: WorkflowAgency, id: string) {
  const rows = await agency.query<{ state: string; runs: number }>(
    "select state, count(*)::int as runs from workflow_runs where workflow_id = $1 group by state",
    [id],
  );
  const counted = Object.fromEntries(rows.map(({ state, runs }) => [state, runs]));
  const kept = (await agency.store.read((db) => countRuns(db, id))).get(id);
  expect(kept ?? {}).toEqual({ running: 0, done: 0, stopped: 0, failed: 0, ...counted });
  return kept;
}

test("the counts are those of the rows whatever happens to runs, and Rivermark sees none of them", async () => {
  const agency = await startAgency();
  const id = await agency.on(vip);
  expect((await agency.store.read((db) => countRuns(db))).get(id)).toBeUndefined();
  await crowd(agency, 300);
  await tagAll(agency);
  expect(await counts(agency, id)).toMatchObject({ running: 300 });
  const some = "select id from contacts order by id limit 40 offset";
  await agency.query(`update workflow_runs set position = 1 where contact_id in (${some} 0)`);
  for (const [state, offset] of [
    ["done", 0],
    ["failed", 40],
    ["stopped", 80],
  ])
    await agency.query(
      `update workflow_runs set state = $1, ended_at = now() where contact_id in (${some} ${offset})`,
      [state],
    );
  expect(await counts(agency, id)).toEqual({ running: 180, done: 40, failed: 40, stopped: 40 });
  await agency.query(`delete from contacts where id in (${some} 20)`);
  const [left] = await agency.query<{ id: string }>(
    "select contact_id as id from workflow_runs where state = 'running' limit 1",
  );
  await agency.store.write((db) => revokeContacts(db, { ids: [left?.id ?? ""] }, agency.memberId));
  expect(await counts(agency, id)).toEqual({ running: 179, done: 20, failed: 20, stopped: 41 });
  await agency.query("select fold_workflow_run_counts($1)", [agency.agencyId]);
  expect(await counts(agency, id)).toEqual({ running: 179, done: 20, failed: 20, stopped: 41 });
  expect(await agency.query("select count(*)::int as rows from workflow_run_counts")).toEqual([{ rows: 1 }]);
  expect((await agency.other.read((db) => countRuns(db))).size).toBe(0);
});

test("the counts are right when many change runs at once", async () => {
  const agency = await startAgency();
  const id = await agency.on(vip);
  await crowd(agency, 200);
  await tagAll(agency);
  const ids = (await agency.query<{ id: string }>("select id from workflow_runs")).map((run) => run.id);
  await Promise.all(
    Array.from({ length: 8 }, async (_, worker) => {
      for (let n = worker; n < ids.length; n += 8)
        await agency.store.write((db) =>
          db
            .updateTable("workflow_runs")
            .set({ state: "done", ended_at: new Date() })
            .where("id", "=", ids[n] ?? "")
            .execute(),
        );
    }),
  );
  expect(await counts(agency, id)).toEqual({ running: 0, done: 200, failed: 0, stopped: 0 });
});

test("the open runs of earlier versions are counted apart", async () => {
  const agency = await startAgency();
  const id = await agency.on(vip);
  await crowd(agency, 3);
  await tagAll(agency);
  await agency.store.write((db) => saveDraft(db, id, define({ on: "tag-added", tag: "vip" }, { endsOnJoin: true })));
  await agency.store.write((db) => publishWorkflow(db, id, agency.memberId));
  await crowd(agency, 2);
  await tagAll(agency);
  expect(await agency.store.read((db) => getWorkflow(db, id))).toMatchObject({ openRuns: 5, openRunsOnOlder: 3 });
  expect(await agency.other.read((db) => countOpenRuns(db, id, null))).toEqual({ all: 0, older: 0 });
});

test("a run goes half a year after it was over, the e-mail that it sent stays, and open ones stay however old", async () => {
  const agency = await startAgency();
  const id = await agency.on(vip);
  await crowd(agency, 4);
  await tagAll(agency);
  const runs = await agency.query<{ id: string; contact_id: string }>("select id, contact_id from workflow_runs");
  const [gone = "", late = "", open = "", recent = ""] = runs.map((run) => run.contact_id);
  const older = async (contactId: string, began: number, ended: number | null) => {
    const [run] = await agency.query<{ id: string }>(
      `update workflow_runs set id = uuidv7(make_interval(days => -$2::int)), state = case when $3::int is null then 'running' else 'done' end,
         ended_at = now() - make_interval(days => $3::int) where contact_id = $1 returning id`,
      [contactId, began, ended],
    );
    return run?.id ?? "";
  };
  const workflowRunId = await older(gone, 200, 181);
  await older(late, 200, 179);
  await older(open, 400, null);
  await older(recent, 1, 0);
  const email = await agency.store.write((db) =>
    queueEmail(db, { kind: "login-email", lifetimeSeconds: 86_400, lane: "bulk", contactId: gone, workflowRunId }),
  );
  await agency.query(
    "insert into workflow_run_steps (agency_id, run_id, position, step, outcome) values ($1, $2, 0, 'wait', 'done')",
    [agency.agencyId, workflowRunId],
  );
  expect(await agency.store.write((db) => deleteOldRuns(db))).toBe(false);
  expect(await counts(agency, id)).toEqual({ running: 1, done: 2, failed: 0, stopped: 0 });
  expect(await agency.query("select id, workflow_run_id from emails")).toEqual([{ id: email, workflow_run_id: null }]);
  expect(await agency.query("select from workflow_run_steps")).toEqual([]);
  expect(await agency.other.write((db) => deleteOldRuns(db))).toBe(false);
});

test("so many old runs go at once that no lock lasts, and whoever sweeps is told that there are more", async () => {
  const agency = await startAgency();
  const id = await agency.on(vip);
  await crowd(agency, 1_200);
  await tagAll(agency);
  await agency.query(
    "update workflow_runs set id = uuidv7('-300 days'), state = 'done', ended_at = now() - interval '200 days'",
  );
  expect(await agency.store.write((db) => deleteOldRuns(db))).toBe(true);
  expect(await counts(agency, id)).toMatchObject({ done: 200 });
  expect(await agency.store.write((db) => deleteOldRuns(db))).toBe(false);
  expect(await counts(agency, id)).toMatchObject({ done: 0 });
});
