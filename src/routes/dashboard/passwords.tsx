// A forgotten password: asking only queues, opening the link changes nothing, and posting a new password uses the link up.

import { ForgotPasswordPage, ResetLinkSentPage } from "../../../views/dashboard/forgot-password.page.tsx";
import { DeadResetLinkPage, ResetPasswordPage } from "../../../views/dashboard/reset-password.page.tsx";
import { maskAddress, parseAddress } from "../../models/addresses.ts";
import { startPath } from "../../models/landing.ts";
import { addressKey, limits, requireLimit } from "../../models/limits.ts";
import { RESET_SECONDS } from "../../models/mail-requests.ts";
import {
  findMemberLink,
  listAgencySlugs,
  type MemberLink,
  recordMemberSignIn,
  redeemMemberLink,
  requestMemberReset,
} from "../../models/members.ts";
import { hashPassword, MEMBER_PASSWORD_MIN, refusePassword } from "../../models/passwords.ts";
import { startMemberSession } from "../../models/people.ts";
import { app } from "../../paths.ts";
import { readForm } from "../../web/forms.ts";
import { page, seeOther } from "../../web/html.tsx";
import { type MemberContext, type MemberRoute, SIGN_IN_BODY } from "../../web/route.ts";
import { writeSessionId } from "../../web/sessions.ts";

export const passwordRoutes: MemberRoute[] = [
  { method: "get", path: "/forgot-password", role: "anyone", handler: showForgotPassword },
  { method: "post", path: "/forgot-password", role: "anyone", bodyLimit: SIGN_IN_BODY, handler: askForLink },
  { method: "get", path: "/reset-password/:token", role: "anyone", handler: showResetPassword },
  { method: "post", path: "/reset-password/:token", role: "anyone", bodyLimit: SIGN_IN_BODY, handler: resetPassword },
];

const MANY = "Too many tries from here. Wait a while and try again.";

function showForgotPassword(c: MemberContext) {
  if (c.req.query("sent") === undefined) return page(c, <ForgotPasswordPage />);
  return page(c, <ResetLinkSentPage minutes={RESET_SECONDS / 60} />);
}

async function askForLink(c: MemberContext): Promise<Response> {
  const text = (await readForm(c)).text("email");
  const address = parseAddress(text);
  if ("error" in address) return page(c, <ForgotPasswordPage email={text} error={address.error} />, 422);
  const { globals } = c.get("deps");
  await globals.run((db) => requireLimit(db, limits.mailByAddress, addressKey(c.get("address")), MANY));
  await globals.write((db) => requestMemberReset(db, address.email));
  return seeOther(c, `${app.forgotPassword()}?sent`);
}

const tokenOf = (c: MemberContext) => c.req.param("token") ?? "";

async function findLink(c: MemberContext): Promise<MemberLink | undefined> {
  return await c.get("deps").globals.run((db) => findMemberLink(db, tokenOf(c)));
}

function showDead(c: MemberContext, link: MemberLink | undefined) {
  const reason = link && link.state !== "good" ? link.state : "unknown";
  return page(c, <DeadResetLinkPage reason={reason} />, link ? 410 : 404);
}

function showForm(c: MemberContext, link: MemberLink, error?: string) {
  const props = { token: tokenOf(c), account: maskAddress(link.email), passwordMin: MEMBER_PASSWORD_MIN };
  return page(c, <ResetPasswordPage {...props} error={error} />, error ? 422 : 200);
}

async function showResetPassword(c: MemberContext): Promise<Response> {
  await c.get("deps").globals.run((db) => requireLimit(db, limits.linkViews, addressKey(c.get("address")), MANY));
  const link = await findLink(c);
  return link?.state === "good" ? showForm(c, link) : showDead(c, link);
}

async function resetPassword(c: MemberContext): Promise<Response> {
  const { globals } = c.get("deps");
  await globals.run((db) => requireLimit(db, limits.linkUses, addressKey(c.get("address")), MANY));
  const link = await findLink(c);
  if (link?.state !== "good") return showDead(c, link);
  const password = (await readForm(c)).text("password");
  const refused = await refusePassword(password, MEMBER_PASSWORD_MIN);
  if (refused) return showForm(c, link, refused);
  const passwordHash = await hashPassword(password);
  const entry = await globals.write(async (db) => {
    const memberId = await redeemMemberLink(db, tokenOf(c), passwordHash);
    if (!memberId) return undefined;
    const address = c.get("address");
    const userAgent = c.req.header("user-agent") ?? "";
    const sessionId = await startMemberSession(db, { memberId, method: "reset", address, userAgent });
    await recordMemberSignIn(db, memberId, address);
    return { sessionId, slugs: await listAgencySlugs(db, memberId) };
  });
  if (!entry) return showDead(c, await findLink(c));
  writeSessionId(c, "member", entry.sessionId);
  return seeOther(c, startPath(entry.slugs));
}
