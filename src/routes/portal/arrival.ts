// What follows every way of signing in: the session goes into the cookie, and the contact to where he was going.
import type { Entry } from "../../models/contact-sessions.ts";
import { portal } from "../../paths.ts";
import { seeOther } from "../../web/html.tsx";
import type { PortalContext } from "../../web/route.ts";
import { writeSessionId } from "../../web/sessions.ts";
import { forgetAsked } from "./asked-mail.ts";

/** Answers a sign-in that worked. With `password` the contact comes by the page where he may set one. */
export function arrive(c: PortalContext, entry: Entry, next: string, password: boolean): Response {
  writeSessionId(c, "contact", entry.sessionId);
  forgetAsked(c);
  return seeOther(c, password ? portal.firstPassword(next) : next);
}
