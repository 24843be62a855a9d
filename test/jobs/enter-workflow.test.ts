// Workflows that time starts: whose moment came since the last look enters, once; what came before they were switched on does not.
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { openDirectoryJobs } from "../../src/db/directory-jobs.ts";
import { createEnterWorkflow } from "../../src/jobs/enter-workflow.ts";
import { addContactTags, removeContactTags } from "../../src/models/contact-tags.ts";
import type { Trigger } from "../../src/models/workflow-definitions.ts";
import { publishWorkflow, saveDraft } from "../../src/models/workflow-drafts.ts";
import { reviveWorkflowEntries } from "../../src/models/workflow-schedule.ts";
import { pauseWorkflow, resumeWorkflow } from "../../src/models/workflow-switches.ts";
import { getWorkflow, removeWorkflow } from "../../src/models/workflows.ts";
import { define, startAgency, type WorkflowAgency } from "../models/workflow-agency.ts";

/** Runs every look there is, as a worker does when they are due; false when there is none. */
async function look({ database, query }: WorkflowAgency): Promise<boolean> {
  await query("update jobs set run_at = now() - interval '1 hour' where kind = 'enter-workflow' and lease_id is null");
  const claimed = await openDirectoryJobs(database.directoryPool).claimJobs("test", { free: 50, bulk: 50 });
  const looks = claimed.filter(({ kind }) => kind === "enter-workflow");
  const handle = createEnterWorkflow({ agencies: { open: database.store } });
  for (const job of looks) expect(await handle(job, new AbortController().signal)).toBe("settled");
  return looks.length > 0;
}

/** Lets the workflow believe that it looked last so long ago. */
const lookedAt = ({ query }: WorkflowAgency, id: string, ago: string) =>
  query("update workflows set scanned_to = now() - $2::interval where id = $1", [id, ago]);

const ago = (days: number, minutes = 0) => new Date(Date.now() - days * 86_400_000 - minutes * 60_000);

const joined = (signedIn: Date) => ({ invited_at: ago(200), joined_at: ago(190), last_sign_in_at: signedIn });
const cases: [Trigger, (signedInOrInvited: Date) => Record<string, unknown>][] = [
  [{ on: "not-joined", days: 7 }, (at) => ({ invited_at: at })],
  [{ on: "not-signed-in", days: 7 }, joined],
];

test.each(cases)(
  "%o takes in those whose days are over since the last look, and nobody twice",
  async (trigger, columns) => {
    const agency = await startAgency();
    const [before, now, , other] = [
      await agency.contact(columns(ago(7, 61))),
      await agency.contact(columns(ago(7, 1))),
      await agency.contact(columns(ago(6, 1_430))),
      await agency.contact(trigger.on === "not-joined" ? joined(ago(7, 1)) : { invited_at: ago(7, 1) }),
    ];
    const id = await agency.on(define(trigger));
    await look(agency);
    expect(await agency.runs()).toEqual([]);
    await lookedAt(agency, id, "1 hour");
    await look(agency);
    expect(await agency.runs()).toEqual([`${trigger.on}: running`]);
    expect([await agency.runs(now), await agency.runs(before), await agency.runs(other)]).toEqual([
      [`${trigger.on}: running`],
      [],
      [],
    ]);
    await agency.query("update workflow_runs set state = 'done', ended_at = now()");
    await look(agency);
    expect(await agency.runs()).toEqual([`${trigger.on}: done`]);
  },
);

test("a link that ran out unused lets its contact in, once however many ran out; one that he asked for himself does not", async () => {
  const agency = await startAgency();
  const link = async (contactId: string, more: Record<string, unknown> = {}) => {
    const columns: Record<string, unknown> = {
      agency_id: agency.agencyId,
      contact_id: contactId,
      kind: "login",
      lifetime_seconds: 60,
      access_version: 1,
      expires_at: ago(0, 1),
      ...more,
    };
    const names = Object.keys(columns);
    await agency.query(
      `insert into access_links (${names.join(", ")}) values (${names.map((_, i) => `$${i + 1}`).join(", ")})`,
      Object.values(columns),
    );
  };
  const unused = await agency.contact({ invited_at: ago(1) });
  await link(unused, { kind: "invite" });
  await link(unused, { kind: "magic" });
  const [used, withdrawn, asked, later, reset, member] = await Promise.all(
    Array.from({ length: 6 }, () => agency.contact()),
  );
  await link(used ?? "", { used_at: ago(1), use_count: 1 });
  await link(withdrawn ?? "", { revoked_at: ago(1) });
  await link(later ?? "", { expires_at: ago(-1) });
  await link(reset ?? "", { kind: "reset" });
  const [mail] = await agency.query<{ id: string }>(
    `insert into emails (agency_id, kind, contact_id, to_email, lifetime_seconds) values ($1, 'sign-in-link', $2, 'a@acme.example', 60) returning id`,
    [agency.agencyId, asked],
  );
  await link(asked ?? "", { email_id: mail?.id });
  await agency.query("update contacts set joined_at = now() where id = $1", [member]);
  await link(member ?? "", { kind: "invite" });
  const id = await agency.on(define({ on: "link-expired" }));
  await lookedAt(agency, id, "1 hour");
  await look(agency);
  expect(await agency.runs()).toEqual(["link-expired: running"]);
  expect(await agency.runs(unused)).toEqual(["link-expired: running"]);
});

test("a link that ran out starts no workflow again that sent it for that very reason, nor another of its kind", async () => {
  const agency = await startAgency();
  const contact = await agency.contact({ invited_at: ago(1) });
  const expire = (by: string | null) =>
    agency.query(
      `with run as (select id from workflow_runs where contact_id = $2 and workflow_id = $3),
       email as (insert into emails (agency_id, kind, contact_id, to_email, lifetime_seconds, workflow_run_id)
                 values ($1, 'login-email', $2, 'jane@acme.example', 60, (select id from run)) returning id)
       insert into access_links (agency_id, contact_id, kind, destination, uses, lifetime_seconds, access_version, email_id, expires_at)
       select $1, $2, 'login', '/', 'once', 60, 1, id, now() - interval '1 minute' from email`,
      [agency.agencyId, contact, by],
    );
  const first = await agency.on(define({ on: "link-expired" }), { name: "First" });
  const second = await agency.on(define({ on: "link-expired" }), { name: "Second" });
  const invited = await agency.on(define({ on: "invited" }), { name: "Invited", existing: true });
  const lookAgain = async () => {
    for (const id of [first, second]) await lookedAt(agency, id, "1 hour");
    await look(agency);
    const runs = await agency.runs();
    await agency.query("update workflow_runs set state = 'done', ended_at = now() where ended_at is null");
    await agency.query("update access_links set expires_at = now() - interval '1 day'");
    return runs.filter((run) => run.endsWith("running")).sort();
  };
  await expire(invited);
  expect(await lookAgain()).toEqual(["First: running", "Invited: running", "Second: running"]);
  await expire(first);
  expect(await lookAgain()).toEqual([]);
  await expire(null);
  expect(await lookAgain()).toEqual(["First: running", "Second: running"]);
});

test("the look puts itself off, and ends with the workflow's pause, its removal or another trigger", async () => {
  const agency = await startAgency();
  const id = await agency.on(define({ on: "not-joined", days: 7 }));
  const jobs = () => agency.query("select kind, id, lease_id, run_at > now() as later from jobs");
  const waiting = [{ kind: "enter-workflow", id, lease_id: null, later: true }];
  await look(agency);
  expect(await jobs()).toEqual(waiting);
  await agency.store.write((db) => pauseWorkflow(db, id, agency.memberId));
  await look(agency);
  expect(await jobs()).toEqual([]);
  await agency.store.write((db) => resumeWorkflow(db, id, agency.memberId));
  expect(await jobs()).toEqual(waiting);
  await agency.store.write((db) => saveDraft(db, id, define({ on: "invited" })));
  await agency.store.write((db) => publishWorkflow(db, id, agency.memberId));
  await look(agency);
  expect(await jobs()).toEqual([]);
  await agency.store.write((db) => saveDraft(db, id, define({ on: "link-expired" })));
  await agency.store.write((db) => publishWorkflow(db, id, agency.memberId));
  expect(await jobs()).toEqual(waiting);
  await agency.store.write((db) => removeWorkflow(db, id, agency.memberId));
  expect(await jobs()).toEqual([]);
  expect(await look(agency)).toBe(false);
});

test("a look comes when the database's clock says so, whatever the clock of the process says", async () => {
  const agency = await startAgency();
  vi.useFakeTimers({ toFake: ["Date"], now: new Date("2031-05-01T12:00:00Z") });
  onTestFinished(() => void vi.useRealTimers());
  await agency.on(define({ on: "not-joined", days: 7 }));
  expect(
    await agency.query("select run_at - now() <= interval '5 minutes' as soon from jobs where kind = 'enter-workflow'"),
  ).toEqual([{ soon: true }]);
});

test("moments that passed during a pause start nothing", async () => {
  const agency = await startAgency();
  const id = await agency.on(define({ on: "not-joined", days: 7 }));
  await lookedAt(agency, id, "1 hour");
  await agency.store.write((db) => pauseWorkflow(db, id, agency.memberId));
  await agency.contact({ invited_at: ago(7, 5) });
  await agency.store.write((db) => resumeWorkflow(db, id, agency.memberId));
  await look(agency);
  expect(await agency.runs()).toEqual([]);
});

test("a look that got lost or was set aside comes back", async () => {
  const agency = await startAgency();
  const id = await agency.on(define({ on: "not-joined", days: 7 }));
  const revive = () => agency.store.write((db) => reviveWorkflowEntries(db));
  await agency.query("delete from jobs");
  await revive();
  expect(await agency.query("select from jobs")).toEqual([]);
  await lookedAt(agency, id, "16 minutes");
  await revive();
  expect(await agency.query("select kind, id from jobs")).toEqual([{ kind: "enter-workflow", id }]);
  await agency.query("update jobs set quarantined_at = now()");
  await revive();
  expect(await look(agency)).toBe(true);
  expect(await agency.other.read((db) => db.selectFrom("jobs").selectAll().execute())).toEqual([]);
});

/** Five thousand and fifty contacts who are tagged, more than are looked at when a workflow is switched on. */
async function crowd(agency: WorkflowAgency): Promise<void> {
  await agency.query(
    `with made as (insert into contacts (agency_id, email) select $1, 'c' || n || '@acme.example' from generate_series(1, 5050) n returning id)
     insert into contact_tags (agency_id, contact_id, tag) select $1, id, 'vip' from made`,
    [agency.agencyId],
  );
}
const entered = async ({ query }: WorkflowAgency) =>
  await query(
    "select count(*)::int as runs, count(distinct contact_id)::int as contacts, count(jobs.id)::int as jobs from workflow_runs run left join jobs using (agency_id, id)",
  );
const enteringOf = async ({ store }: WorkflowAgency, id: string) =>
  (await store.read((db) => getWorkflow(db, id))).entering;

describe("of those who match already when a workflow is switched on", () => {
  const vip = define({ on: "tag-added", tag: "vip" });

  test("the first thousands enter at once and the others by a job, piece by piece, each once", async () => {
    const agency = await startAgency();
    await crowd(agency);
    const id = await agency.on(vip, { existing: true });
    expect(await entered(agency)).toEqual([{ runs: 5_000, contacts: 5_000, jobs: 5_000 }]);
    expect(await enteringOf(agency, id)).toBe(5_000);
    // who has entered and gone through since is not let in again
    await agency.query("update workflow_runs set state = 'done', ended_at = now()");
    const [last] = await agency.query<{ id: string }>("select id from contacts order by id desc limit 1");
    await agency.store.write((db) => removeContactTags(db, { ids: [last?.id ?? ""] }, ["vip"]));
    await agency.store.write((db) => addContactTags(db, { ids: [last?.id ?? ""] }, ["vip"]));
    await agency.query("update workflow_runs set state = 'done', ended_at = now() where state = 'running'");
    while (await look(agency));
    expect(await entered(agency)).toEqual([{ runs: 5_050, contacts: 5_050, jobs: 5_050 }]);
    expect(await enteringOf(agency, id)).toBeUndefined();
    expect(await agency.other.read((db) => db.selectFrom("workflow_runs").selectAll().execute())).toEqual([]);
  });

  test("nobody more enters while it is paused, the others do when it is resumed, also when their job was lost", async () => {
    const agency = await startAgency();
    await crowd(agency);
    const id = await agency.on(vip, { existing: true });
    await agency.store.write((db) => pauseWorkflow(db, id, agency.memberId));
    while (await look(agency));
    expect([(await entered(agency))[0], await enteringOf(agency, id)]).toMatchObject([{ runs: 5_000 }, 5_000]);
    await agency.store.write((db) => resumeWorkflow(db, id, agency.memberId));
    await agency.query("delete from jobs where kind = 'enter-workflow'");
    await agency.store.write((db) => reviveWorkflowEntries(db));
    while (await look(agency));
    expect([(await entered(agency))[0], await enteringOf(agency, id)]).toMatchObject([{ runs: 5_050 }, undefined]);
  });

  test("nobody more enters once it is removed", async () => {
    const agency = await startAgency();
    await crowd(agency);
    const id = await agency.on(vip, { existing: true });
    await agency.store.write((db) => removeWorkflow(db, id, agency.memberId));
    await agency.store.write((db) => reviveWorkflowEntries(db));
    expect(await look(agency)).toBe(false);
    expect((await entered(agency))[0]).toMatchObject({ runs: 5_000, jobs: 0 });
  });

  test("those whose moment comes are looked for once the others are in", async () => {
    const agency = await startAgency();
    await agency.query(
      "insert into contacts (agency_id, email, invited_at) select $1, 'c' || n || '@acme.example', now() - interval '8 days' from generate_series(1, 5050) n",
      [agency.agencyId],
    );
    const id = await agency.on(define({ on: "not-joined", days: 7 }), { existing: true });
    const late = await agency.contact({ invited_at: ago(7, 1) });
    await lookedAt(agency, id, "1 hour");
    await look(agency);
    await look(agency);
    expect([(await entered(agency))[0], await agency.runs(late)]).toMatchObject([
      { runs: 5_051, contacts: 5_051 },
      ["not-joined: running"],
    ]);
  });
});
