// Inviting: the dialog, what a list would do while it is being typed, and sending it.

import { InvitationDialog } from "../../../views/dashboard/invitation-dialog.part.tsx";
import {
  InviteFootUpdate,
  InviteOutcomesUpdate,
  type InviteReport,
} from "../../../views/dashboard/paste-result.part.tsx";
import { counted, spanText } from "../../../views/dashboard/people-words.ts";
import type { AgencyReader } from "../../db/schema.ts";
import { findContactRows } from "../../models/contacts.ts";
import { batchKey } from "../../models/email-batches.ts";
import { LimitReached, NotFound } from "../../models/errors.ts";
import {
  groupOf,
  type InviteList,
  type InviteResult,
  MESSAGE_MAX,
  planInvitations,
  sendInvitations,
} from "../../models/invitations.ts";
import { type PastedList, parsePastedAddresses } from "../../models/pasted-addresses.ts";
import { portalUrl } from "../../models/portal-url.ts";
import { type Form, readForm } from "../../web/forms.ts";
import { part } from "../../web/html.tsx";
import type { MemberContext, MemberRoute } from "../../web/route.ts";
import { answerSent } from "./answer-sent.tsx";
import { selectionOf, viewing } from "./contacts-list.ts";
import { queryForm, showDialog } from "./show-dialog.tsx";

// A list of 5,000 people with their names, which is what a day allows.
const LIST_BODY = 1024 * 1024;

export const invitationRoutes: MemberRoute[] = [
  { method: "get", path: "/:agency/invitations", role: "member", handler: showForm },
  { method: "post", path: "/:agency/invitations", role: "member", bodyLimit: LIST_BODY, handler: send },
  { method: "post", path: "/:agency/invitations/preview", role: "member", bodyLimit: LIST_BODY, handler: preview },
];

type Asked = { form: Form; list: InviteList; pasted: PastedList; message: string };

function readAsked(form: Form): Asked {
  const pasted = parsePastedAddresses(form.all("emails").join("\n"));
  // Without the box nobody has decided against reminders.
  const remind = !form.has("remind_asked") || form.has("remind");
  const message = form
    .text("message")
    .replace(/\r\n?/g, "\n")
    .replace(/[^\P{Cc}\n\t]/gu, "")
    .trim();
  return { form, list: { contacts: selectionOf(form), people: pasted.people, remind }, pasted, message };
}

const reportOf = ({ list, pasted }: Asked, plan: InviteReport["plan"]): InviteReport => ({
  plan,
  pasted,
  remind: list.remind,
});

function namesNobody({ list, pasted }: Asked): boolean {
  return "ids" in list.contacts && list.contacts.ids.length === 0 && pasted.people.length === 0;
}

async function loadDialog(c: MemberContext, db: AgencyReader, asked: Asked) {
  const { contacts } = asked.list;
  const ids = "ids" in contacts ? contacts.ids : [];
  const [plan, rows, url] = await Promise.all([
    planInvitations(db, asked.list),
    findContactRows(db, ids),
    portalUrl(db, c.get("deps").config.portalOrigin),
  ]);
  // An id of another agency is like one that never was.
  if (ids.length > 0 && rows.length === 0 && asked.pasted.people.length === 0) throw new NotFound("No such contact.");
  return { plan, rows, portalHost: new URL(url).host };
}

async function drawDialog(
  c: MemberContext,
  asked: Asked,
  errors?: Record<string, string>,
  status?: number,
): Promise<Response> {
  const { plan, rows, portalHost } = await c.get("store").read((db) => loadDialog(c, db, asked));
  const { form, list } = asked;
  const everybody =
    "all" in list.contacts
      ? {
          status: form.text("status"),
          q: form.text("q"),
          tag: form.text("tag"),
          count: plan.groups.reduce((sum, { count }) => sum + count, 0),
        }
      : undefined;
  const props = {
    ...viewing(c),
    agencyName: c.get("agency").name,
    portalHost,
    mode: form.text("mode") === "paste" ? "paste" : "pick",
    batchKey: batchKey(form.text("key")),
    contacts: rows,
    emails: form.all("emails").filter(Boolean).join("\n"),
    everybody,
    message: form.text("message"),
    messageMax: MESSAGE_MAX,
    report: reportOf(asked, plan),
    errors,
  } as const;
  return showDialog(c, "Invite to client portal", (inPage) => <InvitationDialog {...props} inPage={inPage} />, status);
}

function showForm(c: MemberContext): Promise<Response> {
  return drawDialog(c, readAsked(queryForm(c)));
}

async function preview(c: MemberContext): Promise<Response> {
  const asked = readAsked(await readForm(c));
  const plan = await c.get("store").read((db) => planInvitations(db, asked.list));
  const report = reportOf(asked, plan);
  return part(
    c,
    <>
      <InviteOutcomesUpdate {...report} {...viewing(c)} />
      <InviteFootUpdate {...report} />
    </>,
  );
}

async function send(c: MemberContext): Promise<Response> {
  const asked = readAsked(await readForm(c));
  const errors = faultsOf(asked);
  if (errors) return drawDialog(c, asked, errors, 422);
  const order = { batchId: batchKey(asked.form.text("key")), memberId: c.get("member").id, message: asked.message };
  const result = await c.get("store").write((db) => sendInvitations(db, asked.list, order));
  if (result.sent === 0 && !result.repeated) return refuse(c, asked, result);
  return answer(c, asked, result, order.batchId);
}

function faultsOf(asked: Asked): Record<string, string> | undefined {
  if (Array.from(asked.message).length > MESSAGE_MAX) return { message: `Use at most ${MESSAGE_MAX} characters.` };
  if (!namesNobody(asked)) return undefined;
  const [fault] = asked.pasted.faults;
  return { emails: fault ? `${fault.typed}: ${fault.error}` : "Add at least one contact or email address." };
}

// Nobody could be invited: the reason stands with each of them.
function refuse(c: MemberContext, asked: Asked, { plan }: InviteResult): Promise<Response> {
  const over = groupOf(plan, "over-limit");
  if (over && plan.groups.length === 1)
    throw new LimitReached("This agency has sent the invites that a day allows. The rest can follow tomorrow.", 3_600);
  return drawDialog(c, asked, { emails: "Nobody here can be invited. The reasons are below." }, 422);
}

function answer(c: MemberContext, asked: Asked, result: InviteResult, batchId: string): Promise<Response> {
  const { plan, repeated } = result;
  const people = plan.groups.reduce((sum, { count }) => sum + count, 0);
  return answerSent(c, {
    form: asked.form,
    batchId,
    repeated,
    single: result.sent === 1 && people === 1 && asked.pasted.faults.length === 0,
    works: `The link works for ${spanText(plan.lifetimeSeconds)}.`,
    summary: summary(result, asked),
    created: groupOf(plan, "new")?.count ?? 0,
    report: repeated ? undefined : { ...reportOf(asked, plan), done: true },
  });
}

function summary({ plan, sent }: InviteResult, { pasted: { faults } }: Asked): string {
  const left = plan.groups.reduce((sum, { count }) => sum + count, 0) - sent;
  const parts = [
    `${counted(sent, "invite")} queued`,
    ...(left > 0 ? [`${left} left out`] : []),
    ...(faults.length > 0
      ? [
          `Not an address: ${faults
            .slice(0, 5)
            .map(({ typed }) => typed)
            .join(", ")}`,
        ]
      : []),
  ];
  return `${parts.join(". ")}.`;
}
