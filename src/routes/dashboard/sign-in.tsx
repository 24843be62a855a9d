// Signing in to the dashboard with a password: limited per account and per address, the same work and words whoever asks.

import { SignInPage } from "../../../views/dashboard/sign-in.page.tsx";
import type { SignInFormProps } from "../../../views/dashboard/sign-in-form.part.tsx";
import { waitWords } from "../../../views/errors/error-words.ts";
import { parseAddress } from "../../models/addresses.ts";
import { landingPath } from "../../models/landing.ts";
import { addressKey, clearLimit, type Hit, hitLimit, limits, returnHit } from "../../models/limits.ts";
import {
  findMemberPassword,
  holdMemberPassword,
  listAgencySlugs,
  type MemberPassword,
  recordMemberSignIn,
  renewMemberHash,
} from "../../models/members.ts";
import { verifyPassword } from "../../models/passwords.ts";
import { endMemberSession, startMemberSession } from "../../models/people.ts";
import { readForm } from "../../web/forms.ts";
import { page, seeOther } from "../../web/html.tsx";
import { type MemberContext, type MemberRoute, SIGN_IN_BODY } from "../../web/route.ts";
import { writeSessionId } from "../../web/sessions.ts";

export const signInRoutes: MemberRoute[] = [
  { method: "get", path: "/sign-in", role: "anyone", handler: showSignIn },
  { method: "post", path: "/sign-in", role: "anyone", bodyLimit: SIGN_IN_BODY, handler: signIn },
];

const NO_MATCH = "That email and password don’t match. Try again, or choose a new password.";

function showForm(c: MemberContext, props: SignInFormProps, status?: number) {
  return page(c, <SignInPage {...props} open={c.get("deps").config.signups === "open"} />, status);
}

function showSignIn(c: MemberContext) {
  const next = c.req.query("next") ?? "";
  if (c.get("sessionId"))
    return seeOther(
      c,
      landingPath(
        next,
        c.get("memberships").map(({ slug }) => slug),
      ),
    );
  return showForm(c, { next });
}

async function signIn(c: MemberContext): Promise<Response> {
  const form = await readForm(c);
  const typed = { email: form.text("email").trim(), next: form.text("next") };
  const password = form.text("password");
  const errors = {
    ...(typed.email ? {} : { email: "Enter your work email." }),
    ...(password ? {} : { password: "Enter your password." }),
  };
  if (Object.keys(errors).length > 0) return showForm(c, { ...typed, errors }, 422);

  const address = parseAddress(typed.email);
  // What is no address at all takes the same way, so that nothing tells it from one without an account.
  const email = "email" in address ? address.email : typed.email.toLowerCase().slice(0, 254);
  const refused = await countTry(c, email);
  if (refused) {
    c.header("retry-after", String(refused.retryAfter));
    const error = `Too many tries. Wait ${waitWords(refused.retryAfter)} and try again.`;
    return showForm(c, { ...typed, errors: { password: error } }, 429);
  }
  const found = await c.get("deps").globals.run((db) => findMemberPassword(db, email));
  const { ok, rehashed } = await verifyPassword(found?.hash, password);
  const entry = ok && found ? await startSession(c, email, found, rehashed) : undefined;
  if (!entry) return showForm(c, { ...typed, errors: { password: NO_MATCH } }, 422);
  writeSessionId(c, "member", entry.sessionId);
  return seeOther(c, landingPath(typed.next, entry.slugs));
}

// Counted before the password is looked at, so that a hundred tries at once are a hundred tries.
async function countTry(c: MemberContext, email: string): Promise<Hit | undefined> {
  return await c.get("deps").globals.run(async (db) => {
    const byAddress = await hitLimit(db, limits.passwordByAddress, addressKey(c.get("address")));
    if (!byAddress.allowed) return byAddress;
    const byAccount = await hitLimit(db, limits.passwordByAccount, `member:${email}`);
    return byAccount.allowed ? undefined : byAccount;
  });
}

/** Starts a session, unless the password changed while it was checked; a session that the browser had before ends. */
async function startSession(c: MemberContext, email: string, checked: MemberPassword, rehashed: string | undefined) {
  const address = c.get("address");
  const before = c.get("sessionId");
  return await c.get("deps").globals.write(async (db) => {
    if (!(await holdMemberPassword(db, checked))) return undefined;
    if (before) await endMemberSession(db, before);
    const userAgent = c.req.header("user-agent") ?? "";
    const sessionId = await startMemberSession(db, {
      memberId: checked.memberId,
      method: "password",
      address,
      userAgent,
    });
    await recordMemberSignIn(db, checked.memberId, address);
    if (rehashed) await renewMemberHash(db, checked, rehashed);
    await clearLimit(db, limits.passwordByAccount, `member:${email}`);
    await returnHit(db, limits.passwordByAddress, addressKey(address));
    return { sessionId, slugs: await listAgencySlugs(db, checked.memberId) };
  });
}
