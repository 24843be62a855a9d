// Signing out ends the session's row; the cookie goes with it.
import { endMemberSession } from "../../models/people.ts";
import { app } from "../../paths.ts";
import { seeOther } from "../../web/html.tsx";
import { type MemberContext, type MemberRoute, SIGN_IN_BODY } from "../../web/route.ts";
import { forgetSessionId } from "../../web/sessions.ts";

export const signOutRoutes: MemberRoute[] = [
  { method: "post", path: "/sign-out", role: "anyone", bodyLimit: SIGN_IN_BODY, handler: signOut },
];

async function signOut(c: MemberContext): Promise<Response> {
  const sessionId = c.get("sessionId");
  if (sessionId) await c.get("deps").globals.run((db) => endMemberSession(db, sessionId));
  forgetSessionId(c, "member");
  return seeOther(c, app.signIn());
}
