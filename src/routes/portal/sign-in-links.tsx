// Having a sign-in link emailed, and typing the six-digit code that comes with it.

import { waitWords } from "../../../views/errors/error-words.ts";
import { LinkSentPage } from "../../../views/portal/link-sent.page.tsx";
import { allowedDestination } from "../../models/access-links.ts";
import { parseAddress } from "../../models/addresses.ts";
import { RESET_SECONDS, requestMail } from "../../models/mail-requests.ts";
import { CODE_SECONDS, parseCode, redeemSignInCode } from "../../models/sign-in-codes.ts";
import { portal } from "../../paths.ts";
import { readForm } from "../../web/forms.ts";
import { page, seeOther } from "../../web/html.tsx";
import { type PortalContext, type PortalRoute, SIGN_IN_BODY } from "../../web/route.ts";
import { arrive } from "./arrival.ts";
import { keepAsked, readAsked } from "./asked-mail.ts";
import { forgiveGuess, guessLimit, mailLimit } from "./limits.ts";
import { askerOf, siteOf, visitOf } from "./request.ts";
import { signInAgain, waitAtSignIn } from "./sign-in.tsx";

async function ask(c: PortalContext) {
  const form = await readForm(c);
  const address = parseAddress(form.text("email"));
  if ("error" in address) return signInAgain(c, form, { email: address.error });
  const wait = await mailLimit(c);
  if (wait) return waitAtSignIn(c, form, wait, "Too many emails were asked for.");
  const kind = "sign-in-link";
  const { email } = address;
  const destination = allowedDestination(form.text("next"));
  await c.get("store").write((db) => requestMail(db, { kind, email, destination, ...askerOf(c) }));
  keepAsked(c, { kind, email, shown: email, next: destination });
  return seeOther(c, portal.signInCode());
}

function sent(c: PortalContext, error?: string, status = 200) {
  const asked = readAsked(c);
  const lifetimeSeconds = asked.kind === "reset-password" ? RESET_SECONDS : c.get("portal").loginLinkSeconds;
  const props = { site: siteOf(c), asked, lifetimeSeconds, codeSeconds: CODE_SECONDS, error };
  return page(c, <LinkSentPage {...props} />, status);
}

async function enterCode(c: PortalContext) {
  const form = await readForm(c);
  const code = parseCode(form.text("code"));
  if (!code) return sent(c, "Enter the six digits from the email.", 422);
  const wait = await guessLimit(c);
  if (wait) {
    c.header("retry-after", String(wait));
    return sent(c, `Too many tries. Wait ${waitWords(wait)} and try again.`, 429);
  }
  const key = c.get("deps").keys.newest("code");
  const browserHash = c.get("browser").hash;
  const entry = await c.get("store").write((db) => redeemSignInCode(db, { code, browserHash }, key, visitOf(c)));
  if (!entry) return sent(c, "This code does not work. Look in the newest email, or send another.", 422);
  await forgiveGuess(c);
  return arrive(c, entry, allowedDestination(form.text("next")), entry.offersPassword);
}

export const signInLinkRoutes: readonly PortalRoute[] = [
  { method: "post", path: portal.signInLink(), needs: "anyone", bodyLimit: SIGN_IN_BODY, handler: ask },
  { method: "get", path: portal.signInCode(), needs: "anyone", handler: (c) => sent(c) },
  { method: "post", path: portal.signInCode(), needs: "anyone", bodyLimit: SIGN_IN_BODY, handler: enterCode },
];
