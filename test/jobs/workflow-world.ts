// An agency with workflows, contacts in them and a worker that moves their runs; what the tests of the engine stand on.
import { randomUUID } from "node:crypto";
import { newTemplateFields, type TemplateFields } from "../../src/models/email-template-words.ts";
import { createTemplate } from "../../src/models/email-templates.ts";
import type { Step, Trigger } from "../../src/models/workflow-definitions.ts";
import { insertContact } from "../support/database.ts";
import type { SmtpScript } from "../support/smtp.ts";
import { startMailing } from "./mailing.ts";

export type WorkflowWorld = Awaited<ReturnType<typeof startWorkflows>>;
export type TestWorkflow = { id: string; versionId: string };

type RunRow = { id: string; state: string; position: number; reason: string | null; due_at: Date | null };
type LogRow = {
  position: number;
  try: number;
  step: string;
  outcome: string;
  reason: string | null;
  email_id: string | null;
};

const nobody = { statuses: [], tags: [], notTags: [], company: "", emailDomains: [] };

/** The agency, its mail and the means to put contacts into workflows by hand, whatever their triggers say. */
export async function startWorkflows(script: SmtpScript = {}) {
  const mailing = await startMailing(script);
  const { database, agencyId, store } = mailing;
  const memberId = randomUUID();
  const query = async <Row>(text: string, values: unknown[] = []) =>
    (await database.owner.query(text, values)).rows as Row[];
  await query(
    "insert into members (id, email, name, password_hash) values ($1, 'nora@northwind.example', 'Nora', '')",
    [memberId],
  );
  await query("insert into memberships (agency_id, member_id, role) values ($1, $2, 'owner')", [agencyId, memberId]);

  const addVersion = async (id: string, steps: readonly Step[], endsOnJoin: boolean, trigger: Trigger) => {
    const [version] = await query<{ id: string }>(
      `insert into workflow_versions (agency_id, workflow_id, number, definition, ends_on_join)
       select $1, $2, count(*) + 1, $3, $4 from workflow_versions where workflow_id = $2 returning id`,
      [agencyId, id, JSON.stringify({ trigger, conditions: nobody, steps, endsOnJoin }), endsOnJoin],
    );
    const versionId = version?.id ?? "";
    await query("update workflows set current_id = $2 where id = $1", [id, versionId]);
    return versionId;
  };

  return {
    ...mailing,
    memberId,
    query,
    /** A workflow that is switched on. Its trigger is a tag that nobody has, unless given. */
    async workflow(
      steps: readonly Step[],
      { endsOnJoin = false, trigger = { on: "tag-added", tag: "by hand" } as Trigger } = {},
    ) {
      const [workflow] = await query<{ id: string }>(
        `insert into workflows (agency_id, name, trigger, trigger_tag, enabled_at) values ($1, $2, $3, $4, now()) returning id`,
        [agencyId, `Workflow ${randomUUID().slice(0, 8)}`, trigger.on, trigger.tag ?? null],
      );
      const id = workflow?.id ?? "";
      return { id, versionId: await addVersion(id, steps, endsOnJoin, trigger) };
    },
    /** The workflow's next version, for whoever enters from now on. */
    async change({ id }: TestWorkflow, steps: readonly Step[], endsOnJoin = false): Promise<TestWorkflow> {
      return { id, versionId: await addVersion(id, steps, endsOnJoin, { on: "tag-added", tag: "by hand" }) };
    },
    template: (fields: Partial<TemplateFields> = {}) =>
      store.write((db) =>
        createTemplate(db, `News ${randomUUID().slice(0, 8)}`, { ...newTemplateFields, ...fields }, memberId),
      ),
    contact: (columns: Record<string, unknown> = {}) =>
      insertContact(database, agencyId, { email: `${randomUUID()}@acme.example`, name: "Jane Doe", ...columns }),
    /** Puts contacts into a workflow, as its trigger would, and returns their runs' ids in the same order. */
    async enter({ id, versionId }: TestWorkflow, ...contacts: string[]): Promise<string[]> {
      const rows = await query<{ id: string }>(
        `with run as (
           insert into workflow_runs (agency_id, workflow_id, version_id, contact_id, ends_on_join)
           select $1, $2, $3, contact.id, version.ends_on_join
           from unnest($4::uuid[]) with ordinality as contact (id, place), workflow_versions version
           where version.id = $3 order by place
           returning agency_id, id
         ), job as (insert into jobs (agency_id, id, kind, lane) select agency_id, id, 'run-workflow', 'bulk' from run)
         select id from run order by id`,
        [agencyId, id, versionId, contacts],
      );
      return rows.map((row) => row.id);
    },
    async run(id: string | undefined) {
      const [row] = await query<RunRow>("select id, state, position, reason, due_at from workflow_runs where id = $1", [
        id,
      ]);
      return row;
    },
    log: (id: string | undefined) =>
      query<LogRow>(
        "select position, try, step, outcome, reason, email_id from workflow_run_steps where run_id = $1 order by position, try",
        [id],
      ),
    /** What a run's steps did, as `step: outcome`. */
    async steps(id: string | undefined) {
      const rows = await query<LogRow>(
        "select step, outcome from workflow_run_steps where run_id = $1 order by position, try",
        [id],
      );
      return rows.map(({ step, outcome }) => `${step}: ${outcome}`);
    },
    tags: async (contactId: string) =>
      (
        await query<{ tag: string }>("select tag from contact_tags where contact_id = $1 order by tag", [contactId])
      ).map(({ tag }) => tag),
    emailsOf: (runId: string | undefined) =>
      query<{ id: string; kind: string; status: string; contact_id: string; template_version_id: string | null }>(
        "select id, kind, status, contact_id, template_version_id from emails where workflow_run_id = $1 order by id",
        [runId],
      ),
    /** The jobs that stand, but the sweep. */
    standing: async () => (await mailing.jobs()).filter(({ kind }) => kind !== "sweep"),
    /** The moment at which a run goes on, as its job has it. */
    async runAt(runId: string | undefined) {
      const [row] = await query<{ run_at: Date | number }>("select run_at from jobs where id = $1", [runId]);
      return row?.run_at;
    },
    /** Brings a run's next moment about. */
    due: (...runIds: (string | undefined)[]) =>
      query("update jobs set run_at = now() where id = any($1::uuid[]) and lease_id is null", [runIds]),
  };
}
