// Who enters a workflow by what happens, and whose run ends by it: in the transaction in which it happens, one statement for any number.
import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { describe, expect, test } from "vitest";
import { openDirectoryJobs } from "../../src/db/directory-jobs.ts";
import { importContacts } from "../../src/models/contact-imports.ts";
import { addContactTags, removeContactTags } from "../../src/models/contact-tags.ts";
import { restoreContacts, revokeContacts } from "../../src/models/contacts.ts";
import { queueEmail, queueEmails } from "../../src/models/emails.ts";
import { sendInvitations } from "../../src/models/invitations.ts";
import type { Conditions, WorkflowTrigger } from "../../src/models/workflow-definitions.ts";
import { pauseWorkflow } from "../../src/models/workflow-switches.ts";
import { removeWorkflow } from "../../src/models/workflows.ts";
import { insertContact } from "../support/database.ts";
import { define, startAgency, type WorkflowAgency } from "./workflow-agency.ts";

const everybody: Conditions = { statuses: [], tags: [], notTags: [], company: "", emailDomains: [] };
const LOGIN = { kind: "login-email", lifetimeSeconds: 86_400, lane: "bulk" } as const;

const invite = (agency: WorkflowAgency, ...ids: string[]) =>
  agency.store.write((db) =>
    queueEmails(db, ids, { kind: "invite", lifetimeSeconds: 86_400, lane: "bulk", markInvited: true }),
  );
const signIn = (agency: WorkflowAgency, ...ids: string[]) =>
  agency.store.write((db) =>
    sql`update contacts set last_sign_in_at = clock_timestamp(), joined_at = coalesce(joined_at, now()) where id = any(${ids}::uuid[])`.execute(
      db,
    ),
  );
const tag = (agency: WorkflowAgency, text: string, ...ids: string[]) =>
  agency.store.write((db) => addContactTags(db, { ids }, [text], agency.memberId));
const untag = (agency: WorkflowAgency, text: string, ...ids: string[]) =>
  agency.store.write((db) => removeContactTags(db, { ids }, [text], agency.memberId));
const mail = (agency: WorkflowAgency, contactId: string, more: { workflowRunId?: string; toEmail?: string } = {}) =>
  agency.store.write((db) => queueEmail(db, { ...LOGIN, contactId, ...more }));
const setStatus = (agency: WorkflowAgency, emailId: string, status: "bounced" | "failed" | "suppressed") =>
  agency.store.write((db) =>
    db
      .updateTable("emails")
      .set({ status, reason: `It ${status}.` })
      .where("id", "=", emailId)
      .execute(),
  );

describe("a contact enters", () => {
  const happenings: [WorkflowTrigger, (agency: WorkflowAgency, contactId: string) => Promise<unknown>][] = [
    ["tag-added", (agency, id) => tag(agency, "vip", id)],
    ["invited", (agency, id) => invite(agency, id)],
    ["joined", (agency, id) => signIn(agency, id)],
    ["signed-in", (agency, id) => signIn(agency, id)],
    ["email-bounced", async (agency, id) => setStatus(agency, await mail(agency, id), "bounced")],
  ];
  test.each(happenings)("when it happens: %s", async (on, happens) => {
    const agency = await startAgency();
    await agency.on(define(on === "tag-added" ? { on, tag: "vip" } : { on }));
    const [one, another] = [await agency.contact(), await agency.contact()];
    expect(await agency.runs()).toEqual([]);
    await happens(agency, one);
    expect(await agency.runs(one)).toEqual([`${on}: running`]);
    expect(await agency.runs(another)).toEqual([]);
    expect(await agency.runJobs()).toEqual({ open: 1, stray: 0 });
    expect(await agency.other.read((db) => db.selectFrom("workflow_runs").selectAll().execute())).toEqual([]);
  });

  test("when a member or a file adds him, and one whom the agency had already does not", async () => {
    const agency = await startAgency();
    const known = await agency.contact({ email: "known@acme.example" });
    await agency.on(define({ on: "contact-created" }));
    const people = ["known@acme.example", "new@acme.example", "newer@acme.example"];
    await agency.store.write((db) =>
      importContacts(
        db,
        people.map((email) => ({ email, name: "", company: "" })),
      ),
    );
    await agency.contact();
    expect(await agency.runs()).toEqual(Array.from({ length: 3 }, () => "contact-created: running"));
    expect(await agency.runs(known)).toEqual([]);
  });

  test("when a tag is taken from him, but not when he is deleted with it", async () => {
    const agency = await startAgency();
    const [kept, deleted] = [await agency.contact(), await agency.contact()];
    await tag(agency, "trial", kept, deleted);
    await agency.on(define({ on: "tag-removed", tag: "trial" }));
    await agency.store.write((db) => db.deleteFrom("contacts").where("id", "=", deleted).execute());
    expect(await agency.runs()).toEqual([]);
    await untag(agency, "trial", kept);
    expect(await agency.runs(kept)).toEqual(["tag-removed: running"]);
  });

  test("every workflow that one statement starts, and each only once while its run is open", async () => {
    const agency = await startAgency();
    await agency.on(define({ on: "joined" }), { name: "A" });
    await agency.on(define({ on: "joined" }), { name: "B" });
    await agency.on(define({ on: "signed-in" }), { name: "C" });
    const id = await agency.contact();
    await signIn(agency, id);
    await signIn(agency, id);
    expect(await agency.runs(id)).toEqual(["A: running", "B: running", "C: running"]);
    await agency.query("update workflow_runs set state = 'done', ended_at = now()");
    await signIn(agency, id);
    expect(await agency.runs(id)).toEqual(["A: done", "B: done", "C: done", "C: running"]);
  });

  test("only what is on: not a draft, not what is paused or removed", async () => {
    const agency = await startAgency();
    await agency.draft(define({ on: "invited" }), "draft");
    const [paused, removed] = [await agency.on(define({ on: "invited" })), await agency.on(define({ on: "invited" }))];
    await agency.store.write((db) => pauseWorkflow(db, paused, agency.memberId));
    await agency.store.write((db) => removeWorkflow(db, removed, agency.memberId));
    await invite(agency, await agency.contact());
    expect(await agency.runs()).toEqual([]);
  });

  test("never while he is revoked; restoring him starts nothing by itself", async () => {
    const agency = await startAgency();
    await agency.on(define({ on: "tag-added", tag: "vip" }));
    await agency.on(define({ on: "invited" }));
    const id = await agency.contact({ invited_at: new Date(), revoked_at: new Date() });
    await tag(agency, "vip", id);
    await agency.store.write((db) => restoreContacts(db, { ids: [id] }, agency.memberId));
    expect(await agency.runs()).toEqual([]);
  });

  test("when he is invited again after access was taken from him, but not by a mere reminder", async () => {
    const agency = await startAgency();
    await agency.on(define({ on: "invited" }));
    const contacts = [
      await agency.contact({ invited_at: new Date(), revoked_at: new Date() }),
      await agency.contact({ invited_at: new Date() }),
      await agency.contact({ revoked_at: new Date() }),
    ];
    for (const id of contacts)
      await agency.store.write((db) =>
        sendInvitations(
          db,
          { contacts: { ids: [id] }, people: [], remind: true },
          { batchId: randomUUID(), memberId: agency.memberId, message: "" },
        ),
      );
    const [again = "", reminded = "", first = ""] = contacts;
    expect(await agency.runs(again)).toEqual(["invited: running"]);
    expect(await agency.runs(reminded)).toEqual([]);
    expect(await agency.runs(first)).toEqual(["invited: running"]);
  });

  test("not for a bounce at an address that he no longer has", async () => {
    const agency = await startAgency();
    await agency.on(define({ on: "email-bounced" }));
    const id = await agency.contact();
    await setStatus(agency, await mail(agency, id, { toEmail: "old@acme.example" }), "bounced");
    expect(await agency.runs()).toEqual([]);
  });

  test("by a statement that adds and changes at once, each for what happened to him", async () => {
    const agency = await startAgency();
    await agency.contact({ email: "known@acme.example" });
    await agency.on(define({ on: "contact-created" }));
    await agency.on(define({ on: "invited" }));
    await agency.store.write((db) =>
      sql`
        insert into contacts (email, invited_at) values ('known@acme.example', now()), ('new@acme.example', now())
        on conflict (agency_id, email) do update set invited_at = excluded.invited_at`.execute(db),
    );
    expect(await agency.runs()).toEqual(["contact-created: running", "invited: running"]);
  });

  test("for contacts of several agencies in one statement, each his own agency's workflows", async () => {
    const agency = await startAgency();
    await agency.on(define({ on: "contact-created" }));
    await agency.query("insert into contacts (agency_id, email) select id, slug || '@acme.example' from agencies");
    expect(await agency.runs()).toEqual(["contact-created: running"]);
    const [row] = await agency.query<{ n: number }>(
      "select count(*)::int as n from workflow_runs where agency_id <> $1",
      [agency.agencyId],
    );
    expect(row).toEqual({ n: 0 });
  });
});

describe("conditions", () => {
  const cases: [string, Partial<Conditions>, Record<string, unknown>, boolean][] = [
    ["one of the statuses", { statuses: ["invited", "joined"] }, { invited_at: new Date() }, true],
    ["none of the statuses", { statuses: ["invited", "joined"] }, {}, false],
    ["a part of the company in any case", { company: "müller" }, { company: "Hans MÜLLER GmbH" }, true],
    ["signs in the company as they stand", { company: "50%_." }, { company: "Deal 50%_. Ltd" }, true],
    ["another company", { company: "50%" }, { company: "Deal 500 Ltd" }, false],
    ["the domain of the address", { emailDomains: ["x.example", "acme.example"] }, { email: "a@acme.example" }, true],
    ["a domain above it", { emailDomains: ["acme.example"] }, { email: "a@mail.acme.example" }, false],
    ["a domain that only ends so", { emailDomains: ["acme.example"] }, { email: "a@notacme.example" }, false],
    ["an encoded domain", { emailDomains: ["xn--mller-kva.example"] }, { email: "a@xn--mller-kva.example" }, true],
  ];
  test.each(cases)("let in or leave out by %s", async (_what, conditions, columns, enters) => {
    const agency = await startAgency();
    await agency.on(define({ on: "tag-added", tag: "go" }, { conditions: { ...everybody, ...conditions } }));
    await tag(agency, "go", await agency.contact(columns));
    expect(await agency.runs()).toEqual(enters ? ["tag-added: running"] : []);
  });

  test("ask for every tag and for none of the unwanted", async () => {
    const agency = await startAgency();
    const conditions = { ...everybody, tags: ["a", "b"], notTags: ["x", "y"] };
    await agency.on(define({ on: "tag-added", tag: "go" }, { conditions }));
    const contacts = await Promise.all(Array.from({ length: 4 }, () => agency.contact()));
    const [fits = "", lacks = "", unwanted = "", none = ""] = contacts;
    await tag(agency, "a", fits, lacks, unwanted);
    await tag(agency, "b", fits, unwanted);
    await tag(agency, "y", unwanted);
    await tag(agency, "go", fits, lacks, unwanted, none);
    expect([await agency.runs(fits), await agency.runs()]).toEqual([["tag-added: running"], ["tag-added: running"]]);
  });

  test("hold as things are when the statement ends, whatever else it did", async () => {
    const agency = await startAgency();
    const conditions = { ...everybody, company: "new", tags: ["first", "second"] };
    await agency.on(define({ on: "tag-added", tag: "first" }, { conditions }));
    const id = await agency.contact({ company: "Old Ltd" });
    await agency.store.write((db) =>
      sql`
        with renamed as (update contacts set company = 'New Ltd' where id = ${id} returning id),
          tagged as (insert into contact_tags (contact_id, tag) select id, 'first' from renamed)
        insert into contact_tags (contact_id, tag) values (${id}, 'second')`.execute(db),
    );
    expect(await agency.runs(id)).toEqual(["tag-added: running"]);
  });
});

describe("an open run ends", () => {
  const ways: [string, (agency: WorkflowAgency, id: string) => Promise<unknown>, string][] = [
    [
      "when access is revoked",
      (agency, id) => agency.store.write((db) => revokeContacts(db, { ids: [id] }, agency.memberId)),
      "Access was revoked.",
    ],
    ["when the contact joins", (agency, id) => signIn(agency, id), "Joined."],
    [
      "when an email bounces",
      async (agency, id) => setStatus(agency, await mail(agency, id), "bounced"),
      "An email bounced.",
    ],
  ];
  test.each(ways)("%s, and its job goes", async (_when, happens, reason) => {
    const agency = await startAgency();
    await agency.on(define({ on: "invited" }, { endsOnJoin: true }));
    const [one, another] = [await agency.contact(), await agency.contact()];
    await invite(agency, one, another);
    await happens(agency, one);
    expect(await agency.runs(one)).toEqual([`invited: stopped (${reason})`]);
    expect(await agency.runs(another)).toEqual(["invited: running"]);
    expect(await agency.runJobs()).toEqual({ open: 1, stray: 0 });
  });

  test("by joining only where the workflow says so", async () => {
    const agency = await startAgency();
    await agency.on(define({ on: "invited" }));
    const id = await agency.contact();
    await invite(agency, id);
    await signIn(agency, id);
    expect(await agency.runs(id)).toEqual(["invited: running"]);
  });

  test("also while its workflow is paused", async () => {
    const agency = await startAgency();
    const workflow = await agency.on(define({ on: "invited" }, { endsOnJoin: true }));
    const id = await agency.contact();
    await invite(agency, id);
    await agency.store.write((db) => pauseWorkflow(db, workflow, agency.memberId));
    await signIn(agency, id);
    expect(await agency.runs(id)).toEqual(["invited: stopped (Joined.)"]);
  });

  test("before the same bounce lets the contact enter anew", async () => {
    const agency = await startAgency();
    await agency.on(define({ on: "email-bounced" }));
    const id = await agency.contact();
    await setStatus(agency, await mail(agency, id), "bounced");
    await setStatus(agency, await mail(agency, id), "bounced");
    expect(await agency.runs(id)).toEqual(["email-bounced: stopped (An email bounced.)", "email-bounced: running"]);
  });

  test("while a worker holds its job, which stays for that worker to end", async () => {
    const agency = await startAgency();
    await agency.on(define({ on: "invited" }, { endsOnJoin: true }));
    const id = await agency.contact();
    await invite(agency, id);
    await agency.query("update jobs set lease_id = gen_random_uuid() where kind = 'run-workflow'");
    await signIn(agency, id);
    expect(await agency.runs(id)).toEqual(["invited: stopped (Joined.)"]);
    expect(await agency.runJobs()).toEqual({ open: 0, stray: 1 });
  });

  test("without waiting for somebody who has its job locked and waits for the contact", async () => {
    const agency = await startAgency();
    await agency.on(define({ on: "invited" }, { endsOnJoin: true }));
    const id = await agency.contact();
    await invite(agency, id);
    const worker = await agency.database.owner.connect();
    await worker.query("begin");
    await worker.query("select from jobs where kind = 'run-workflow' for update");
    await signIn(agency, id);
    await worker.query("select from contacts where id = $1 for no key update", [id]);
    await worker.query("commit");
    worker.release();
    expect(await agency.runs(id)).toEqual(["invited: stopped (Joined.)"]);
  });
});

describe("an email of a run that cannot be sent", () => {
  test.each(["failed", "suppressed"] as const)("%s: fails the run at its step, with the reason", async (status) => {
    const agency = await startAgency();
    await agency.on(define({ on: "tag-added", tag: "vip" }));
    const id = await agency.contact();
    await tag(agency, "vip", id);
    const [run] = await agency.query<{ id: string }>("select id from workflow_runs");
    const emailId = await mail(agency, id, { workflowRunId: run?.id ?? "" });
    await agency.query(
      `insert into workflow_run_steps (agency_id, run_id, position, step, outcome, email_id)
       values ($1, $2, 0, 'send-login-email', 'done', $3), ($1, $2, 1, 'add-tag', 'done', null)`,
      [agency.agencyId, run?.id, emailId],
    );
    await setStatus(agency, await mail(agency, id), status);
    expect(await agency.runs(id)).toEqual(["tag-added: running"]);
    await setStatus(agency, emailId, status);
    expect(await agency.runs(id)).toEqual([`tag-added: failed (It ${status}.)`]);
    expect(await agency.query("select position, outcome, reason from workflow_run_steps order by position")).toEqual([
      { position: 0, outcome: "failed", reason: `It ${status}.` },
      { position: 1, outcome: "done", reason: null },
    ]);
    expect(await agency.runJobs()).toEqual({ open: 0, stray: 0 });
  });

  test("also when the run had come to its end; one that was stopped stays so", async () => {
    const agency = await startAgency();
    await agency.on(define({ on: "tag-added", tag: "vip" }));
    const [done, stopped] = [await agency.contact(), await agency.contact()];
    await tag(agency, "vip", done, stopped);
    await agency.query(
      "update workflow_runs set state = case contact_id when $1 then 'done' else 'stopped' end, ended_at = now()",
      [done],
    );
    for (const { id, contact_id } of await agency.query<{ id: string; contact_id: string }>(
      "select id, contact_id from workflow_runs",
    ))
      await setStatus(agency, await mail(agency, contact_id, { workflowRunId: id }), "failed");
    expect(await agency.runs(done)).toEqual(["tag-added: failed (It failed.)"]);
    expect(await agency.runs(stopped)).toEqual(["tag-added: stopped"]);
  });
});

describe("thousands at once", () => {
  const MANY = 3_000;

  test("enter by the one statement that tagged them, and leave another agency's turn alone", async () => {
    const agency = await startAgency();
    await agency.query(
      "insert into contacts (agency_id, email) select $1, n || '@acme.example' from generate_series(1, $2::int) n",
      [agency.agencyId, MANY],
    );
    await agency.on(define({ on: "tag-added", tag: "vip" }));
    const tagged = await agency.store.write((db) => addContactTags(db, { all: true }, ["vip"], agency.memberId));
    expect(tagged).toBe(MANY);
    // one transaction, so one moment
    expect(
      await agency.query("select count(*)::int as runs, count(distinct entered_at)::int as moments from workflow_runs"),
    ).toEqual([{ runs: MANY, moments: 1 }]);
    expect(await agency.runJobs()).toEqual({ open: MANY, stray: 0 });
    const { id } = agency.other;
    const [{ id: contactId } = { id: "" }] = await agency.query<{ id: string }>(
      "insert into contacts (agency_id, email) values ($1, 'm@river.example') returning id",
      [id],
    );
    await agency.other.write((db) => queueEmail(db, { ...LOGIN, lane: "interactive", contactId }));
    const claimed = await openDirectoryJobs(agency.database.directoryPool).claimJobs("test", { free: 2, bulk: 1 });
    expect(claimed.map(({ agencyId, kind }) => [agencyId, kind])).toEqual([
      [id, "send-email"],
      [agency.agencyId, "run-workflow"],
    ]);
  });

  test("leave by the one statement that revoked them", async () => {
    const agency = await startAgency();
    await agency.on(define({ on: "contact-created" }));
    await agency.query(
      "insert into contacts (agency_id, email) select $1, n || '@acme.example' from generate_series(1, $2::int) n",
      [agency.agencyId, MANY],
    );
    expect(await agency.runJobs()).toEqual({ open: MANY, stray: 0 });
    await agency.store.write((db) => revokeContacts(db, { all: true }, agency.memberId));
    expect(await agency.query("select state, count(*)::int as runs from workflow_runs group by state")).toEqual([
      { state: "stopped", runs: MANY },
    ]);
    expect(await agency.runJobs()).toEqual({ open: 0, stray: 0 });
  });

  test("are never joined row by row by a plan that was made for one", async () => {
    const agency = await startAgency();
    const rows = await agency.query<{ name: string; set: string[] | null }>(
      `select distinct proname as name, proconfig as set from pg_trigger join pg_proc on pg_proc.oid = tgfoid
       where tgoldtable is not null and tgnewtable is not null order by 1`,
    );
    expect(rows).toEqual([
      { name: "follow_moved_contacts", set: ["enable_nestloop=off", "enable_hashjoin=on"] },
      { name: "keep_portal_counts", set: ["enable_nestloop=off", "enable_hashjoin=on"] },
      // adds up one table and then the other, and joins nothing
      { name: "keep_workflow_run_counts", set: null },
    ]);
  });
});

test("whatever happens at once, each open run has its one job, and nobody is in a workflow twice", async () => {
  const agency = await startAgency();
  await agency.on(define({ on: "tag-added", tag: "vip" }, { endsOnJoin: true }));
  await agency.on(define({ on: "tag-removed", tag: "vip" }));
  await agency.on(define({ on: "signed-in" }));
  await agency.on(define({ on: "email-bounced" }));
  const ids = await Promise.all(Array.from({ length: 12 }, () => agency.contact({ invited_at: new Date() })));
  const some = (turn: number) => ids.filter((_, at) => (at * 7 + turn) % 5 < 3);
  const acts: ((turn: number) => Promise<unknown>)[] = [
    (turn) => tag(agency, "vip", ...some(turn)),
    (turn) => untag(agency, "vip", ...some(turn + 1).toReversed()),
    (turn) => signIn(agency, ids[turn % ids.length] ?? ""),
    (turn) => agency.store.write((db) => revokeContacts(db, { ids: some(turn + 2).slice(0, 2) }, agency.memberId)),
    (turn) => agency.store.write((db) => restoreContacts(db, { ids: some(turn + 3) }, agency.memberId)),
    async (turn) => setStatus(agency, await mail(agency, ids[(turn * 5) % ids.length] ?? ""), "bounced"),
    () =>
      agency.query(
        "update workflow_runs set state = 'done', ended_at = now() where id in (select id from workflow_runs where ended_at is null order by id limit 1 for update skip locked)",
      ),
  ];
  await Promise.all(
    acts.map(async (act, number) => {
      for (let turn = 0; turn < 12; turn++) await act(turn + number);
    }),
  );
  await tag(agency, "vip", await agency.contact());
  const [counts] = await agency.query<{ open: number; stopped: number }>(
    `select count(*) filter (where ended_at is null)::int as open, count(*) filter (where state = 'stopped')::int as stopped
     from workflow_runs`,
  );
  expect(counts?.open).toBeGreaterThan(0);
  expect(counts?.stopped).toBeGreaterThan(0);
  expect((await agency.runJobs())?.open).toBe(counts?.open);
  expect(
    await agency.query(
      "select from workflow_runs where ended_at is null group by workflow_id, contact_id having count(*) > 1",
    ),
  ).toEqual([]);
});

test("a workflow's versions and runs go with it", async () => {
  const agency = await startAgency();
  await agency.on(define({ on: "contact-created" }));
  await agency.contact();
  await agency.query("delete from workflows");
  expect(await agency.query("select from workflow_runs union all select from workflow_versions")).toEqual([]);
});

describe("no run is left behind", () => {
  test("by a contact whose deletion another transaction has begun when he would enter", async () => {
    const agency = await startAgency();
    await agency.on(define({ on: "tag-added", tag: "vip" }));
    const [kept, gone] = [await agency.contact(), await agency.contact()];
    const deletion = await agency.database.owner.connect();
    await deletion.query("begin");
    await deletion.query("delete from contacts where id = $1", [gone]);
    const entering = agency.query("select enter_workflow(workflows, $1) from workflows", [[kept, gone]]);
    await expect
      .poll(() =>
        agency.query("select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"),
      )
      .toHaveLength(1);
    await deletion.query("commit");
    deletion.release();
    await entering;
    expect([await agency.runs(), await agency.runs(kept)]).toEqual([["tag-added: running"], ["tag-added: running"]]);
    expect(await agency.runJobs()).toEqual({ open: 1, stray: 0 });
  });

  test("by contacts whose entering another transaction has begun when they are deleted", async () => {
    const agency = await startAgency();
    const workflow = await agency.on(define({ on: "tag-added", tag: "vip" }));
    const ids = [await agency.contact(), await agency.contact()];
    const entering = await agency.database.owner.connect();
    await entering.query("begin");
    await entering.query("select enter_workflow(workflows, $1) from workflows where id = $2", [ids, workflow]);
    const deletion = agency.query("delete from contacts where id = any($1)", [ids]);
    await expect
      .poll(() =>
        agency.query("select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"),
      )
      .toHaveLength(1);
    await entering.query("commit");
    entering.release();
    await deletion;
    expect(await agency.runs()).toEqual([]);
    expect(await agency.runJobs()).toEqual({ open: 0, stray: 0 });
  });

  test("by an agency that goes, and none of its events either; Rivermark keeps its own", async () => {
    const agency = await startAgency();
    const workflow = await agency.on(define({ on: "tag-added", tag: "vip" }));
    await tag(agency, "vip", await agency.contact());
    const rivermark = await insertContact(agency.database, agency.other.id, { email: "rob@acme.example" });
    await agency.other.write((db) => addContactTags(db, { ids: [rivermark] }, ["vip"], agency.memberId));
    await agency.query("delete from agencies where id = $1", [agency.agencyId]);
    const left = await agency.query(
      `select (select count(*)::int from workflow_runs) as runs, array(select distinct agency_id from events) as events,
         (select count(*)::int from workflow_versions where workflow_id = $1) as versions`,
      [workflow],
    );
    expect(left).toEqual([{ runs: 0, events: [agency.other.id], versions: 0 }]);
  });

  test("by a version of its workflow that somebody deletes by hand", async () => {
    const agency = await startAgency();
    const workflow = await agency.on(define({ on: "tag-added", tag: "vip" }));
    await tag(agency, "vip", await agency.contact());
    await agency.query("delete from workflows where id = $1", [workflow]);
    expect(await agency.query("select from workflow_runs")).toEqual([]);
  });
});
