// Moves runs of workflows on: takes the steps that are next until each run waits or is over, many runs together, all in one transaction.
import { sql } from "kysely";
import { LRUCache } from "lru-cache";
import type { AgencyDb, AgencyReader } from "../db/schema.ts";
import { addContactTags, removeContactTags } from "./contact-tags.ts";
import { parseDefinition, type Step } from "./workflow-definitions.ts";
import { type LoggedStep, type MovedRun, writeMoves } from "./workflow-run-steps.ts";
import { createSends, type SendingTimes, type SendRuns, type SendStep, type Sent } from "./workflow-sends.ts";
import { endOfWait } from "./workflow-times.ts";

/** Where a run is after it was moved: over; waiting; kept where it is by its workflow's pause; or in somebody else's hands just now. */
export type Moved = { over: true } | { until: Date; why: string } | { paused: true } | { busy: true };

/**
 * Moves each of these runs as far as it goes and returns where it is then. What each step does, its line in the run's log and the
 * run's new position stand or fall with the transaction, so every step takes effect once. Nothing here waits for a lock on a run or
 * its contact: whoever holds one makes the run busy.
 */
export async function moveRuns(db: AgencyDb, ids: readonly string[]): Promise<Map<string, Moved>> {
  const moved = new Map<string, Moved>();
  if (ids.length === 0) return moved;
  const [times, rows] = await Promise.all([readTimes(db), lockRuns(db, ids)]);
  await tellMissing(db, ids, rows, moved);
  const paused = await keepPaused(db, rows);
  const steps = await loadSteps(
    db,
    rows.map(({ versionId }) => versionId),
  );
  const runs: Run[] = [];
  for (const row of rows) {
    if (row.ended) moved.set(row.id, { over: true });
    else if (paused.has(row.workflowId)) moved.set(row.id, { paused: true });
    else runs.push(new Run(row, steps.get(row.versionId) ?? []));
  }
  await moveAll(db, runs, times);
  await writeMoves(db, runs);
  for (const run of runs)
    moved.set(run.id, run.dueAt ? { until: run.dueAt, why: run.reason ?? "Waits." } : { over: true });
  return moved;
}

type Row = {
  id: string;
  workflowId: string;
  versionId: string;
  contactId: string;
  position: number;
  ended: boolean;
  paused: boolean;
  /** Why the run must end before it does anything more. */
  over: string | null;
  off: boolean;
  suppressed: string | null;
  /** The steps from `position` on that were taken or tried before, when the run is run again. */
  earlier: { position: number; failed: boolean }[] | null;
};

// The contact too: what is counted of him must not change before it is written. A revoked one is stopped by what revokes him, unless
// he was revoked at the very moment in which the run began.
async function lockRuns(db: AgencyDb, ids: readonly string[]): Promise<Row[]> {
  const { rows } = await sql<Row>`
    select run.id, run.workflow_id as "workflowId", run.version_id as "versionId", run.contact_id as "contactId", run.position,
      run.ended_at is not null as ended, workflows.paused_at is not null as paused,
      case when contacts.revoked_at is not null then 'Access was revoked.'
           when workflows.removed_at is not null then 'The workflow was removed.'
           when run.ends_on_join and contacts.joined_at > run.entered_at then 'Joined.' end as over,
      contacts.workflow_mail_off_at is not null as off,
      (select suppressions.reason from suppressions where suppressions.email = contacts.email) as suppressed,
      (select json_agg(json_build_object('position', step.position, 'failed', step.outcome = 'failed'))
       from workflow_run_steps step where step.run_id = run.id and step.position >= run.position) as earlier
    from unnest(${[...ids]}::uuid[]) as wanted (id)
      join workflow_runs run on run.id = wanted.id
      join contacts on contacts.agency_id = run.agency_id and contacts.id = run.contact_id
      join workflows on workflows.agency_id = run.agency_id and workflows.id = run.workflow_id
    for no key update of run, contacts skip locked`.execute(db);
  return rows;
}

async function readTimes(db: AgencyReader): Promise<SendingTimes> {
  const { now, timeZone, from, to, mailsADay } = await db
    .selectFrom("agencies")
    .select(["time_zone as timeZone", "quiet_from as from", "quiet_to as to", "workflow_mails_a_day as mailsADay"])
    .select(sql<Date>`now()`.as("now"))
    .executeTakeFirstOrThrow();
  return { now, timeZone, quiet: { from, to }, mailsADay };
}

async function tellMissing(
  db: AgencyReader,
  ids: readonly string[],
  rows: readonly Row[],
  moved: Map<string, Moved>,
): Promise<void> {
  const found = new Set(rows.map(({ id }) => id));
  const missing = ids.filter((id) => !found.has(id));
  if (missing.length === 0) return;
  const locked = await db.selectFrom("workflow_runs").select("id").where(isOneOf(missing)).execute();
  const standing = new Set(locked.map(({ id }) => id));
  for (const id of missing) moved.set(id, standing.has(id) ? { busy: true } : { over: true });
}

const isOneOf = (ids: readonly string[]) => sql<boolean>`id = any(${[...ids]}::uuid[])`;

// Whoever resumes the workflow waits for this lock, and so finds the jobs that are put aside under it.
async function keepPaused(db: AgencyDb, rows: readonly Row[]): Promise<Set<string>> {
  const paused = [...new Set(rows.filter((row) => row.paused).map(({ workflowId }) => workflowId))];
  if (paused.length === 0) return new Set();
  const still = await db
    .selectFrom("workflows")
    .select("id")
    .where(isOneOf(paused))
    .where("paused_at", "is not", null)
    .forShare()
    .execute();
  return new Set(still.map(({ id }) => id));
}

// A version never changes.
const known = new LRUCache<string, readonly Step[]>({ max: 500 });

async function loadSteps(db: AgencyReader, versionIds: readonly string[]): Promise<Map<string, readonly Step[]>> {
  const missing = [...new Set(versionIds)].filter((id) => !known.has(id));
  const steps = new Map(versionIds.map((id) => [id, known.get(id) ?? []]));
  if (missing.length === 0) return steps;
  const rows = await db.selectFrom("workflow_versions").select(["id", "definition"]).where(isOneOf(missing)).execute();
  for (const { id, definition } of rows) {
    const read = parseDefinition(definition).steps;
    known.set(id, read);
    steps.set(id, read);
  }
  return steps;
}

/** One run while it is moved. */
class Run implements MovedRun {
  readonly id: string;
  readonly contactId: string;
  readonly off: boolean;
  readonly suppressed: string | null;
  readonly steps: readonly Step[];
  readonly log: LoggedStep[] = [];
  readonly #earlier: readonly { position: number; failed: boolean }[];
  position: number;
  state: MovedRun["state"] = "running";
  reason: string | null = null;
  dueAt: Date | null = null;

  constructor(row: Row, steps: readonly Step[]) {
    this.id = row.id;
    this.contactId = row.contactId;
    this.off = row.off;
    this.suppressed = row.suppressed;
    this.steps = steps;
    this.position = row.position;
    this.#earlier = row.earlier ?? [];
    if (row.over) this.#end("stopped", row.over);
  }

  /** The step that has to do something now, past all that need nobody; undefined once the run waits or is over. */
  next({ now, timeZone }: SendingTimes): Exclude<Step, { do: "wait" | "wait-until" | "stop" }> | undefined {
    while (this.state === "running" && !this.dueAt) {
      const step = this.steps[this.position];
      if (!step || step.do === "stop") {
        if (step) this.#did("done", {});
        this.#end("done", null);
      } else if (step.do === "wait" || step.do === "wait-until") {
        this.#did("done", {});
        this.dueAt = endOfWait(step, now, timeZone);
      } else if (this.#took(this.position)) this.position += 1;
      else return step;
    }
    return undefined;
  }

  /** Says what came of the step that `next` gave. */
  settle(result: Sent | { done: true }): void {
    if ("later" in result) {
      this.dueAt = result.later;
      this.reason = result.why;
    } else if ("failed" in result) {
      this.#log("failed", { reason: result.failed });
      this.#end("failed", result.failed);
    } else if ("skipped" in result) this.#did("skipped", { reason: result.skipped });
    else this.#did("done", "emailId" in result ? { emailId: result.emailId } : {});
  }

  #did(outcome: "done" | "skipped", more: { reason?: string; emailId?: string }): void {
    this.#log(outcome, more);
    this.position += 1;
  }

  #log(outcome: LoggedStep["outcome"], { reason, emailId }: { reason?: string; emailId?: string }): void {
    const { position } = this;
    const tries = this.#earlier.filter((step) => step.position === position);
    const step = this.steps[position]?.do ?? "stop";
    // a wait that comes round again, because an earlier step was, counts from now
    const again = tries.some(({ failed }) => !failed);
    this.log.push({
      position,
      try: tries.length + 1,
      step,
      outcome,
      reason: reason ?? null,
      emailId: emailId ?? null,
      again,
    });
  }

  #took(position: number): boolean {
    return this.#earlier.some((step) => step.position === position && !step.failed);
  }

  #end(state: "done" | "stopped" | "failed", reason: string | null): void {
    this.state = state;
    this.reason = reason;
  }
}

type Acting = { run: Run; step: NonNullable<ReturnType<Run["next"]>> };

// In rounds: each takes the next step of every run that has one, those of a kind together. Of one contact's runs one goes at a time,
// so that the second sees what the first has sent.
async function moveAll(db: AgencyDb, runs: readonly Run[], times: SendingTimes): Promise<void> {
  const send = createSends(db, times);
  for (;;) {
    const round = new Map<string, Acting>();
    for (const run of runs) {
      if (round.has(run.contactId)) continue;
      const step = run.next(times);
      if (step) round.set(run.contactId, { run, step });
    }
    if (round.size === 0) return;
    const alike = Map.groupBy(round.values(), ({ step }) => JSON.stringify(step));
    for (const acting of alike.values()) await act(db, acting, send);
  }
}

async function act(db: AgencyDb, acting: readonly Acting[], send: SendRuns): Promise<void> {
  const step = acting[0]?.step;
  if (!step) return;
  const runs = acting.map(({ run }) => run);
  if (step.do === "add-tag" || step.do === "remove-tag") {
    const change = step.do === "add-tag" ? addContactTags : removeContactTags;
    await change(db, { ids: runs.map(({ contactId }) => contactId) }, [step.tag]);
    for (const run of runs) run.settle({ done: true });
  } else {
    const sent = await send(step satisfies SendStep, runs);
    for (const run of runs) run.settle(sent.get(run.id) ?? { failed: "Nothing came of this step." });
  }
}
