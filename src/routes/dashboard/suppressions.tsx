// The addresses that the agency does not write to: the list, and taking one off it.
import {
  SuppressionsPage,
  SuppressionsPart,
  type SuppressionsProps,
} from "../../../views/dashboard/suppressions.page.tsx";
import type { AgencyReader } from "../../db/schema.ts";
import { hasRole } from "../../models/people.ts";
import { listSuppressions, releaseSuppression } from "../../models/suppressions.ts";
import { app } from "../../paths.ts";
import { readForm } from "../../web/forms.ts";
import { isHtmx, page, part, seeOther, shellOf, toast, wantsPart } from "../../web/html.tsx";
import type { MemberContext, MemberRoute } from "../../web/route.ts";
import { viewing } from "./contacts-list.ts";

export const suppressionRoutes: MemberRoute[] = [
  { method: "get", path: "/:agency/suppressions", role: "viewer", handler: show },
  { method: "post", path: "/:agency/suppressions/removals", role: "admin", handler: remove },
];

async function load(c: MemberContext, db: AgencyReader, q: string, after?: string): Promise<SuppressionsProps> {
  const found = await listSuppressions(db, { q, after });
  return { ...viewing(c), mayRemove: hasRole(c.get("role"), "admin"), q, after, found };
}

async function show(c: MemberContext): Promise<Response> {
  // PostgreSQL's text holds everything but the null character
  const asked = (name: string) => (c.req.query(name) ?? "").replaceAll("\0", "");
  const [q, after] = [asked("q").trim().slice(0, 200), asked("after") || undefined];
  const suppressions = await c.get("store").read((db) => load(c, db, q, after));
  if (!wantsPart(c, "suppressions")) return page(c, <SuppressionsPage {...shellOf(c)} suppressions={suppressions} />);
  c.header("hx-push-url", app.suppressions(suppressions.slug, { q, after }));
  return part(c, <SuppressionsPart {...suppressions} />);
}

async function remove(c: MemberContext): Promise<Response> {
  const form = await readForm(c);
  const email = form.text("email");
  const words = `Emails to ${email} go out again`;
  await c.get("store").write((db) => releaseSuppression(db, email, c.get("member").id));
  if (!isHtmx(c)) return seeOther(c, app.suppressions(c.get("agency").slug), { kind: "good", text: words });
  const suppressions = await c.get("store").read((db) => load(c, db, form.text("q")));
  return part(
    c,
    <>
      <SuppressionsPart {...suppressions} />
      {toast("good", words)}
    </>,
  );
}
