// Letting an agency's sending go on, because a member says that the trouble is over.
import { resumeSending } from "../../models/sending-pauses.ts";
import { app } from "../../paths.ts";
import { seeOther } from "../../web/html.tsx";
import type { MemberContext, MemberRoute } from "../../web/route.ts";

export const sendingResumptionRoutes: MemberRoute[] = [
  { method: "post", path: "/:agency/sending/resumption", role: "member", handler: resume },
];

async function resume(c: MemberContext): Promise<Response> {
  await c.get("store").write((db) => resumeSending(db, c.get("member").id));
  return seeOther(c, app.portal(c.get("agency").slug), { kind: "good", text: "Sending goes on" });
}
