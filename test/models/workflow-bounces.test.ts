// Workflows that a bounce starts, and the bounces of what they send.
import { expect, test } from "vitest";
import { queueRunEmails } from "../../src/models/emails.ts";
import { define, startAgency } from "./workflow-agency.ts";

test("a bounce of what such a workflow sent ends the run and starts none, its own or another's; a member's e-mail does again", async () => {
  const agency = await startAgency();
  const contactId = await agency.contact({ invited_at: new Date() });
  for (const name of ["first", "second"]) await agency.on(define({ on: "email-bounced" }), { name });
  const bounce = (emailId: string | undefined) =>
    agency.query("update emails set status = 'bounced' where id = $1", [emailId]);
  const mail = async (runId: string) => {
    const email = { kind: "invite", lifetimeSeconds: 3_600 } as const;
    const sent = await agency.store.write((db) => queueRunEmails(db, [{ id: runId, contactId }], email));
    return [...sent.values()][0];
  };
  const own = async () => {
    const [row] = await agency.query<{ id: string }>(
      "insert into emails (agency_id, kind, contact_id, to_email, lifetime_seconds) select agency_id, 'invite', id, email, 60 from contacts where id = $1 returning id",
      [contactId],
    );
    return row?.id;
  };
  const open = ["first: running", "second: running"];
  const over = ["first: stopped (An email bounced.)", "second: stopped (An email bounced.)"];

  await bounce(await own());
  expect(await agency.runs(contactId)).toEqual(open);
  const [run] = await agency.query<{ id: string }>(
    "select run.id from workflow_runs run join workflows on workflows.id = workflow_id where name = 'first'",
  );
  await bounce(await mail(run?.id ?? ""));
  expect(await agency.runs(contactId)).toEqual(over);
  await bounce(await own());
  expect((await agency.runs(contactId)).toSorted()).toEqual([...open, ...over].toSorted());
});
