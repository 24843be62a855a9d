// Two agencies with a member who makes workflows, and the runs that came of them; what the tests of workflows stand on.
import { randomUUID } from "node:crypto";
import type { AgencyStore } from "../../src/db/agency-store.ts";
import { type Definition, emptyDefinition, type Step, type Trigger } from "../../src/models/workflow-definitions.ts";
import { enableWorkflow } from "../../src/models/workflow-switches.ts";
import { createWorkflow } from "../../src/models/workflows.ts";
import { databaseForTest, insertAgency, insertContact } from "../support/database.ts";

export type WorkflowAgency = Awaited<ReturnType<typeof startAgency>>;

const LATER: Step = { do: "wait", amount: 1, unit: "days" };

/** A definition with a step that waits, unless others are given. */
export const define = (trigger: Trigger, more: Partial<Omit<Definition, "trigger">> = {}): Definition => ({
  ...emptyDefinition,
  steps: [LATER],
  ...more,
  trigger,
});

/** Northwind, whose workflows are tried, beside Rivermark, which must see nothing of them. */
export async function startAgency() {
  const database = await databaseForTest();
  const memberId = randomUUID();
  await database.owner.query(
    "insert into members (id, email, name, password_hash) values ($1, 'nora@northwind.example', 'Nora', '')",
    [memberId],
  );
  const agencyId = await insertAgency(database, "northwind", "Northwind");
  const store = database.store(agencyId);
  const other = database.store(await insertAgency(database, "rivermark", "Rivermark"));
  const query = async <Row>(text: string, values: unknown[] = []) =>
    (await database.owner.query(text, values)).rows as Row[];
  const named = async (definition: Definition, name: string, of: AgencyStore = store) =>
    await of.write((db) => createWorkflow(db, name, memberId, definition));
  return {
    database,
    agencyId,
    memberId,
    store,
    other,
    query,
    /** A workflow that is a draft still; its name is its trigger, unless given. */
    draft: (definition: Definition, name: string = definition.trigger.on) => named(definition, name),
    /** A workflow that is on. */
    async on(definition: Definition, { existing = false, name = definition.trigger.on as string } = {}) {
      const id = await named(definition, name);
      await store.write((db) => enableWorkflow(db, id, { existing }, memberId));
      return id;
    },
    contact: (columns: Record<string, unknown> = {}) =>
      insertContact(database, agencyId, { email: `${randomUUID()}@acme.example`, name: "Jane Doe", ...columns }),
    /** Everybody's runs as `workflow's name: state (reason)`, in order. */
    async runs(contactId?: string) {
      const rows = await query<{ said: string }>(
        `select workflows.name || ': ' || run.state || coalesce(' (' || run.reason || ')', '') as said
         from workflow_runs run join workflows on workflows.agency_id = run.agency_id and workflows.id = run.workflow_id
         where $1::uuid is null or run.contact_id = $1 order by run.entered_at, said`,
        [contactId ?? null],
      );
      return rows.map(({ said }) => said);
    },
    /** How many jobs stand that move a run that is open, and how many others there are that should not be. */
    async runJobs() {
      const [row] = await query<{ open: number; stray: number }>(
        `select count(*) filter (where run.state = 'running')::int as open, count(*) filter (where run.state is distinct from 'running')::int as stray
         from jobs left join workflow_runs run on run.agency_id = jobs.agency_id and run.id = jobs.id where jobs.kind = 'run-workflow'`,
      );
      return row;
    },
  };
}
