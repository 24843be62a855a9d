// Unsubscribing from the e-mails of workflows: by the link in one of them, by a mail program's own button (RFC 8058), and in the profile.
import { UnsubscribePage } from "../../../views/portal/unsubscribe.page.tsx";
import type { AgencyDb } from "../../db/schema.ts";
import { NotFound } from "../../models/errors.ts";
import {
  getWorkflowMail,
  readUnsubscribeToken,
  resumeWorkflowMail,
  stopWorkflowMail,
} from "../../models/workflow-mail.ts";
import { portal } from "../../paths.ts";
import { readForm } from "../../web/forms.ts";
import { page, seeOther } from "../../web/html.tsx";
import { type PortalContext, type PortalRoute, SIGN_IN_BODY } from "../../web/route.ts";
import { carriesFormToken } from "../../web/security.ts";
import { signedIn, siteOf } from "./request.ts";

function contactOf(c: PortalContext): string {
  const keys = c.get("deps").keys.every("unsubscribe");
  const contactId = readUnsubscribeToken(c.get("portal").agencyId, c.req.param("token") ?? "", keys);
  if (!contactId) throw new NotFound("No such link.");
  return contactId;
}

async function show(c: PortalContext): Promise<Response> {
  const contactId = contactOf(c);
  const { email, stoppedAt } = await c.get("store").read((db) => getWorkflowMail(db, contactId));
  const token = c.req.param("token") ?? "";
  return page(c, <UnsubscribePage site={siteOf(c)} token={token} email={email} stopped={stoppedAt !== null} />);
}

/** A mail program posts from anywhere, without cookies, and follows no redirect; its own field tells it from a robot that presses buttons. */
async function unsubscribe(c: PortalContext): Promise<Response> {
  const contactId = contactOf(c);
  // RFC 8058 leaves the sender of the post the choice between both forms of a form.
  c.set("takesFiles", true);
  const oneClick = (await readForm(c)).text("List-Unsubscribe") === "One-Click";
  if (!oneClick && !(await carriesFormToken(c))) return show(c);
  await change(c, contactId, stopWorkflowMail);
  return oneClick ? c.text("Unsubscribed.\n") : seeOther(c, portal.unsubscribe(c.req.param("token") ?? ""));
}

async function undo(c: PortalContext): Promise<Response> {
  await change(c, contactOf(c), resumeWorkflowMail);
  return seeOther(c, portal.unsubscribe(c.req.param("token") ?? ""));
}

async function change(
  c: PortalContext,
  contactId: string,
  how: (db: AgencyDb, contactId: string) => Promise<void>,
): Promise<void> {
  await c.get("store").write(async (db) => {
    await getWorkflowMail(db, contactId);
    await how(db, contactId);
  });
}

async function savePreference(c: PortalContext): Promise<Response> {
  const wanted = (await readForm(c)).text("workflow_mail") === "on";
  const { id } = signedIn(c);
  await c.get("store").write((db) => (wanted ? resumeWorkflowMail(db, id) : stopWorkflowMail(db, id)));
  const text = wanted ? "You get automatic emails again" : "Automatic emails stopped";
  return seeOther(c, portal.profile(), { kind: "good", text });
}

/** Answered on whichever host of the agency the link names, since a mail program does not follow to another. */
export const unsubscribeRoutes: readonly PortalRoute[] = [
  { method: "get", path: portal.unsubscribe(":token"), needs: "anyone", handler: show },
  {
    method: "post",
    path: portal.unsubscribe(":token"),
    needs: "anyone",
    fromAnywhere: true,
    bodyLimit: SIGN_IN_BODY,
    handler: unsubscribe,
  },
  { method: "post", path: portal.unsubscribeUndo(":token"), needs: "anyone", handler: undo },
];

export const workflowMailRoutes: readonly PortalRoute[] = [
  { method: "post", path: portal.workflowMail(), needs: "contact", handler: savePreference },
];
