// Passwords of contacts: asking for a new one, setting the first one, changing it.
import { waitWords } from "../../../views/errors/error-words.ts";
import { FirstPasswordPage } from "../../../views/portal/first-password.page.tsx";
import { ForgotPasswordPage } from "../../../views/portal/forgot-password.page.tsx";
import { ProfilePasswordPage } from "../../../views/portal/profile-password.page.tsx";
import { allowedDestination } from "../../models/access-links.ts";
import { parseAddress } from "../../models/addresses.ts";
import { findOwnPassword, setContactPassword } from "../../models/contact-passwords.ts";
import { requestMail } from "../../models/mail-requests.ts";
import { CONTACT_PASSWORD_MIN, hashPassword, refusePassword, verifyPassword } from "../../models/passwords.ts";
import { portal } from "../../paths.ts";
import { readForm } from "../../web/forms.ts";
import { page, seeOther } from "../../web/html.tsx";
import { type PortalContext, type PortalRoute, SIGN_IN_BODY } from "../../web/route.ts";
import { writeSessionId } from "../../web/sessions.ts";
import { keepAsked } from "./asked-mail.ts";
import { forgiveGuess, guessLimit, mailLimit } from "./limits.ts";
import { askerOf, nextOf, signedIn, siteOf } from "./request.ts";

const showForgot = (c: PortalContext) => page(c, <ForgotPasswordPage site={siteOf(c)} />);

async function askForNew(c: PortalContext) {
  const form = await readForm(c);
  const typed = form.text("email");
  const again = (errors: Record<string, string>, status: number) =>
    page(c, <ForgotPasswordPage site={siteOf(c)} email={typed} errors={errors} />, status);
  const address = parseAddress(typed);
  if ("error" in address) return again({ email: address.error }, 422);
  const wait = await mailLimit(c);
  if (wait) {
    c.header("retry-after", String(wait));
    return again({ form: `Too many emails were asked for. Wait ${waitWords(wait)} and try again.` }, 429);
  }
  const kind = "reset-password";
  const { email } = address;
  await c.get("store").write((db) => requestMail(db, { kind, email, destination: portal.home(), ...askerOf(c) }));
  keepAsked(c, { kind, email, shown: email, next: portal.home() });
  return seeOther(c, portal.signInCode());
}

/** Sets the password and goes on with the session's new id. */
async function set(c: PortalContext, password: string, current: string | null | undefined, next: string) {
  const contact = signedIn(c);
  const hash = await hashPassword(password);
  const owner = { id: contact.id, sessionId: contact.session.id, address: c.get("address") };
  const sessionId = await c.get("store").write((db) => setContactPassword(db, owner, hash, current));
  writeSessionId(c, "contact", sessionId);
  return seeOther(c, next, { kind: "good", text: "Password saved" });
}

const mayOffer = (c: PortalContext) => !signedIn(c).hasPassword || signedIn(c).mayResetPassword;

function firstPage(c: PortalContext, next: string, error?: string) {
  const contact = signedIn(c);
  const props = { site: siteOf(c), contact, reset: contact.mayResetPassword, next, error };
  return page(c, <FirstPasswordPage {...props} />, error ? 422 : 200);
}

const showFirst = (c: PortalContext) => (mayOffer(c) ? firstPage(c, nextOf(c)) : seeOther(c, nextOf(c)));

async function setFirst(c: PortalContext) {
  const form = await readForm(c);
  const next = allowedDestination(form.text("next"));
  if (!mayOffer(c)) return seeOther(c, next);
  const password = form.text("password");
  const refused = await refusePassword(password, CONTACT_PASSWORD_MIN);
  if (refused) return firstPage(c, next, refused);
  return set(c, password, signedIn(c).mayResetPassword ? undefined : null, next);
}

const asksCurrent = (c: PortalContext) => signedIn(c).hasPassword && !signedIn(c).mayResetPassword;

function ownPage(c: PortalContext, errors?: Record<string, string>, status = errors ? 422 : 200) {
  const props = { site: siteOf(c), contact: signedIn(c), asksCurrent: asksCurrent(c), errors };
  return page(c, <ProfilePasswordPage {...props} />, status);
}

async function changeOwn(c: PortalContext) {
  const form = await readForm(c);
  const password = form.text("password");
  const refused = await refusePassword(password, CONTACT_PASSWORD_MIN);
  if (refused) return ownPage(c, { password: refused });
  if (!asksCurrent(c)) return set(c, password, signedIn(c).hasPassword ? undefined : null, portal.profile());
  const { id, email } = signedIn(c);
  const wait = await guessLimit(c, email);
  if (wait) {
    c.header("retry-after", String(wait));
    return ownPage(c, { form: `Too many tries. Wait ${waitWords(wait)} and try again.` }, 429);
  }
  const hash = await c.get("store").read((db) => findOwnPassword(db, id));
  const { ok } = await verifyPassword(hash, form.text("current_password"));
  if (!ok || !hash) return ownPage(c, { current_password: "This is not your current password." });
  await forgiveGuess(c, email);
  return set(c, password, hash, portal.profile());
}

export const passwordRoutes: readonly PortalRoute[] = [
  { method: "get", path: portal.forgotPassword(), needs: "anyone", remembered: true, handler: showForgot },
  { method: "post", path: portal.forgotPassword(), needs: "anyone", bodyLimit: SIGN_IN_BODY, handler: askForNew },
  { method: "get", path: portal.firstPassword(), needs: "contact", handler: showFirst },
  { method: "post", path: portal.firstPassword(), needs: "contact", bodyLimit: SIGN_IN_BODY, handler: setFirst },
  { method: "get", path: portal.profilePassword(), needs: "contact", handler: (c) => ownPage(c) },
  { method: "post", path: portal.profilePassword(), needs: "contact", bodyLimit: SIGN_IN_BODY, handler: changeOwn },
];
