// Login emails: the dialog with its plan, and sending to one contact, to the ticked ones or to all that match.
import { nameOf } from "../../../views/dashboard/contacts-view.ts";
import { LoginEmailDialog } from "../../../views/dashboard/login-email-dialog.part.tsx";
import { LoginEmailPlan, LoginSendUpdate } from "../../../views/dashboard/login-email-plan.part.tsx";
import { counted, spanText } from "../../../views/dashboard/people-words.ts";
import { allowedDestination, destinations } from "../../models/access-links.ts";
import type { ContactSelection } from "../../models/contacts.ts";
import { batchKey } from "../../models/email-batches.ts";
import { LimitReached, NotFound } from "../../models/errors.ts";
import { groupOf } from "../../models/invitations.ts";
import { type LoginPlan, type LoginResult, planLoginEmails, sendLoginEmails } from "../../models/login-emails.ts";
import { DEFAULT_LIFETIME, lifetimes } from "../../models/magic-links.ts";
import { type Form, readForm } from "../../web/forms.ts";
import { part } from "../../web/html.tsx";
import type { MemberContext, MemberRoute } from "../../web/route.ts";
import { answerSent } from "./answer-sent.tsx";
import { selectionOf } from "./contacts-list.ts";
import { queryForm, showDialog } from "./show-dialog.tsx";

// Ids of some thousand ticked contacts.
const SELECTION_BODY = 256 * 1024;

export const loginEmailRoutes: MemberRoute[] = [
  { method: "get", path: "/:agency/login-emails", role: "member", handler: showForm },
  { method: "post", path: "/:agency/login-emails", role: "member", bodyLimit: SELECTION_BODY, handler: send },
  { method: "post", path: "/:agency/login-emails/plan", role: "member", bodyLimit: SELECTION_BODY, handler: showPlan },
];

type Asked = { form: Form; contacts: ContactSelection; invite: boolean; lifetime: string; destination: string };

function readAsked(form: Form): Asked {
  return {
    form,
    contacts: selectionOf(form),
    // The box is ticked until the form, which carries a key, comes back without it.
    invite: !form.has("key") || form.has("invite"),
    lifetime: form.text("lifetime") || String(DEFAULT_LIFETIME),
    destination: form.text("destination") || "/",
  };
}

const selectionFields = ({ form, contacts }: Asked): [string, string][] =>
  "ids" in contacts
    ? contacts.ids.map((id) => ["contact", id])
    : [
        ["all", "1"],
        ["status", form.text("status")],
        ["q", form.text("q")],
        ["tag", form.text("tag")],
      ];

async function loadPlan(c: MemberContext, { contacts }: Asked): Promise<LoginPlan> {
  const plan = await c.get("store").read((db) => planLoginEmails(db, contacts));
  // Ids of another agency are like ones that never were.
  if (plan.total === 0 && "ids" in contacts && contacts.ids.length > 0) throw new NotFound("No such contact.");
  return plan;
}

async function drawDialog(
  c: MemberContext,
  asked: Asked,
  errors?: Record<string, string>,
  status?: number,
): Promise<Response> {
  const plan = await loadPlan(c, asked);
  const props = {
    slug: c.get("agency").slug,
    plan,
    invite: asked.invite,
    batchKey: batchKey(asked.form.text("key")),
    selection: selectionFields(asked),
    choices: { destinations, lifetimes },
    lifetime: asked.lifetime,
    destination: asked.destination,
    errors: plan.total === 0 ? { contact: "Select at least one contact." } : errors,
  };
  return showDialog(c, "Send login email", (inPage) => <LoginEmailDialog {...props} inPage={inPage} />, status);
}

function showForm(c: MemberContext): Promise<Response> {
  return drawDialog(c, readAsked(queryForm(c)));
}

async function showPlan(c: MemberContext): Promise<Response> {
  const asked = readAsked(await readForm(c));
  const props = { plan: await loadPlan(c, asked), invite: asked.invite };
  return part(
    c,
    <>
      <LoginEmailPlan {...props} />
      <LoginSendUpdate {...props} />
    </>,
  );
}

function faultsOf({ contacts, lifetime, destination }: Asked): Record<string, string> | undefined {
  if ("ids" in contacts && contacts.ids.length === 0) return { contact: "Select at least one contact." };
  if (!lifetimes.some(({ seconds }) => String(seconds) === lifetime))
    return { lifetime: "Choose 1 hour, 24 hours or 7 days." };
  if (allowedDestination(destination) !== destination) return { destination: "Choose a page of the list." };
  return undefined;
}

async function send(c: MemberContext): Promise<Response> {
  const asked = readAsked(await readForm(c));
  const errors = faultsOf(asked);
  if (errors) return drawDialog(c, asked, errors, 422);
  const order = {
    batchId: batchKey(asked.form.text("key")),
    memberId: c.get("member").id,
    destination: asked.destination,
    lifetimeSeconds: Number(asked.lifetime),
    invite: asked.invite,
  };
  const result = await c.get("store").write((db) => sendLoginEmails(db, asked.contacts, order));
  if (result.sent === 0 && !result.repeated) return refuse(c, asked, result.plan);
  return answer(c, asked, result, order.batchId);
}

// Nobody could be sent to: the reason stands with each of them, and one who had his a moment ago is a matter of waiting.
function refuse(c: MemberContext, asked: Asked, plan: LoginPlan): Promise<Response> {
  const recent = groupOf(plan, "recent");
  const [person] = recent?.people ?? [];
  if (person && plan.total === 1) {
    const minutes = counted(Math.max(1, Math.ceil(plan.waitSeconds / 60)), "minute");
    throw new LimitReached(
      `${nameOf(person)} had a login email just now. The next one can go in ${minutes}.`,
      plan.waitSeconds || 1,
    );
  }
  const contact =
    plan.invites > 0
      ? "Nobody else is left. Tick the box to invite those who are not invited yet."
      : "Nobody here can get it. The reasons are below.";
  return drawDialog(c, asked, { contact }, 422);
}

function answer(c: MemberContext, asked: Asked, { plan, sent, repeated }: LoginResult, batchId: string) {
  const left = plan.total - sent;
  return answerSent(c, {
    form: asked.form,
    batchId,
    repeated,
    single: sent === 1 && plan.total === 1,
    works: plan.logins > 0 ? `The button works for ${spanText(Number(asked.lifetime))}.` : undefined,
    summary: `${counted(sent, "email")} queued.${left > 0 ? ` ${left} left out.` : ""}`,
    created: 0,
  });
}
