// Signing in to a portal with a password, and signing out.
import { waitWords } from "../../../views/errors/error-words.ts";
import { SignInPage } from "../../../views/portal/sign-in.page.tsx";
import { allowedDestination } from "../../models/access-links.ts";
import { parseAddress } from "../../models/addresses.ts";
import { findContactPassword, renewPasswordHash, signInWithPassword } from "../../models/contact-passwords.ts";
import { type Entry, signOut } from "../../models/contact-sessions.ts";
import { verifyPassword } from "../../models/passwords.ts";
import { portal } from "../../paths.ts";
import { type Form, readForm } from "../../web/forms.ts";
import { page, seeOther } from "../../web/html.tsx";
import { type PortalContext, type PortalRoute, SIGN_IN_BODY } from "../../web/route.ts";
import { forgetSessionId } from "../../web/sessions.ts";
import { arrive } from "./arrival.ts";
import { forgiveGuess, guessLimit } from "./limits.ts";
import { nextOf, siteOf, visitOf } from "./request.ts";

const NO_MATCH = "This email and password do not match. Check both, or have a link emailed to you.";

/** The sign-in page again, with what was typed and what is wrong with it. */
export function signInAgain(c: PortalContext, form: Form, errors: Record<string, string>, status = 422) {
  const next = allowedDestination(form.text("next"));
  return page(c, <SignInPage site={siteOf(c)} email={form.text("email")} next={next} errors={errors} />, status);
}

/** The sign-in page with the seconds to wait. */
export function waitAtSignIn(c: PortalContext, form: Form, wait: number, what: string) {
  c.header("retry-after", String(wait));
  return signInAgain(c, form, { form: `${what} Wait ${waitWords(wait)} and try again.` }, 429);
}

function show(c: PortalContext) {
  const next = nextOf(c);
  if (c.get("contact")) return seeOther(c, next);
  return page(c, <SignInPage site={siteOf(c)} next={next} />);
}

async function signIn(c: PortalContext) {
  const form = await readForm(c);
  const address = parseAddress(form.text("email"));
  const password = form.text("password");
  if ("error" in address) return signInAgain(c, form, { email: address.error });
  if (!password) return signInAgain(c, form, { password: "Enter your password, or have a link emailed to you." });
  const wait = await guessLimit(c, address.email);
  if (wait) return waitAtSignIn(c, form, wait, "Too many tries.");
  const entry = await enter(c, address.email, password);
  if (!entry) return signInAgain(c, form, { password: NO_MATCH });
  await forgiveGuess(c, address.email);
  return arrive(c, entry, allowedDestination(form.text("next")), false);
}

async function enter(c: PortalContext, email: string, password: string): Promise<Entry | undefined> {
  const store = c.get("store");
  const { contactId, hash } = await store.readOne((db) => findContactPassword(db, email));
  const { ok, rehashed } = await verifyPassword(hash, password);
  if (!ok || !contactId || !hash) return undefined;
  return store.write(async (db) => {
    const entry = await signInWithPassword(db, { contactId, hash }, visitOf(c));
    if (entry && rehashed) await renewPasswordHash(db, contactId, hash, rehashed);
    return entry;
  });
}

async function leave(c: PortalContext) {
  const contact = c.get("contact");
  if (contact) await c.get("store").write((db) => signOut(db, contact, c.get("address")));
  forgetSessionId(c, "contact");
  return seeOther(c, portal.signIn());
}

export const signInRoutes: readonly PortalRoute[] = [
  { method: "get", path: portal.signIn(), needs: "anyone", remembered: true, handler: show },
  { method: "post", path: portal.signIn(), needs: "anyone", bodyLimit: SIGN_IN_BODY, handler: signIn },
  { method: "post", path: portal.signOut(), needs: "anyone", bodyLimit: SIGN_IN_BODY, handler: leave },
];
