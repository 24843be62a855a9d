// The email log: every e-mail with what became of it, one e-mail's story, trying the failed ones again.
import { EmailLogPage } from "../../../views/dashboard/email-log.page.tsx";
import { EmailLogReply } from "../../../views/dashboard/email-log.reply.tsx";
import { EmailStoryPage, EmailStoryPart } from "../../../views/dashboard/email-story.page.tsx";
import { counted } from "../../../views/dashboard/people-words.ts";
import { listBatches } from "../../models/email-batches.ts";
import { COUNTED, countEmailLog, getEmailStory, listEmailLog, logFilter } from "../../models/email-log.ts";
import { retryFailedEmails } from "../../models/emails.ts";
import { app } from "../../paths.ts";
import { page, part, seeOther, shellOf, wantsPart } from "../../web/html.tsx";
import type { MemberContext, MemberRoute } from "../../web/route.ts";
import { viewing } from "./contacts-list.ts";

// So many failed ones are tried again at one press; what is left is there to be pressed again.
const RETRY_MOST = 500;

export const emailLogRoutes: MemberRoute[] = [
  { method: "get", path: "/:agency/email-log", role: "viewer", handler: showLog },
  { method: "post", path: "/:agency/email-log/retries", role: "member", handler: retryFailed },
  { method: "get", path: "/:agency/email-log/:id", role: "viewer", handler: showStory },
];

async function showLog(c: MemberContext): Promise<Response> {
  const query = c.req.query();
  const filter = logFilter(query);
  const [log, counts, batches] = await c
    .get("store")
    .read((db) => Promise.all([listEmailLog(db, filter, query), countEmailLog(db), listBatches(db)]));
  const props = { ...viewing(c), filter, log, counts, counted: COUNTED };
  if (!wantsPart(c, "email-log"))
    return page(c, <EmailLogPage {...shellOf(c)} log={{ ...props, batches, retryMost: RETRY_MOST }} />);
  const { after, before } = query;
  // The form sends its empty fields too: they stay out of the history.
  c.header("hx-push-url", app.emailLog(props.slug, { ...filter, after, before }));
  return part(c, <EmailLogReply {...props} />);
}

async function retryFailed(c: MemberContext): Promise<Response> {
  const queued = await c.get("store").write((db) => retryFailedEmails(db, RETRY_MOST, c.get("member").id));
  const words = queued > 0 ? `${counted(queued, "email")} queued again` : "Nothing was left to retry";
  return seeOther(c, app.emailLog(c.get("agency").slug), { kind: "good", text: words });
}

async function showStory(c: MemberContext): Promise<Response> {
  const email = await c.get("store").read((db) => getEmailStory(db, c.req.param("id") ?? ""));
  const story = { ...viewing(c), email };
  if (wantsPart(c, "email-story")) return part(c, <EmailStoryPart {...story} />);
  return page(c, <EmailStoryPage {...shellOf(c)} story={story} />);
}
