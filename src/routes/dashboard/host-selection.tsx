// Choosing the host that the portal stands on: the question with what it touches, and the choice.
import { HostSelectionDialog } from "../../../views/dashboard/host-selection-dialog.part.tsx";
import { Invalid, NotFound } from "../../models/errors.ts";
import { planHostChange, selectHost } from "../../models/host-selection.ts";
import { app } from "../../paths.ts";
import { readForm } from "../../web/forms.ts";
import { seeOther } from "../../web/html.tsx";
import type { MemberContext, MemberRoute } from "../../web/route.ts";
import { showDialog } from "./show-dialog.tsx";

export const hostSelectionRoutes: MemberRoute[] = [
  { method: "get", path: "/:agency/settings/domains/selection", role: "admin", handler: (c) => ask(c) },
  { method: "get", path: "/:agency/settings/domains/:id/selection", role: "admin", handler: (c) => ask(c) },
  { method: "post", path: "/:agency/settings/domains/:id/selection", role: "admin", handler: choose },
];

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

// The select of the dashboard names the host in its query, everything else in the path.
function hostIdOf(c: MemberContext): string {
  const id = c.req.param("id") ?? c.req.query("host") ?? "";
  if (!UUID.test(id)) throw new NotFound("No such host.");
  return id;
}

const cameFrom = (text: string | undefined) => (text === "domains" ? ("domains" as const) : ("portal" as const));

const ask = (c: MemberContext) => show(c, cameFrom(c.req.query("from")), 200);

async function show(c: MemberContext, from: "portal" | "domains", status: number): Promise<Response> {
  const origin = c.get("deps").config.portalOrigin;
  const change = await c.get("store").read((db) => planHostChange(db, hostIdOf(c), origin));
  const props = { slug: c.get("agency").slug, change, from };
  return showDialog(c, "Portal URL", (inPage) => <HostSelectionDialog {...props} inPage={inPage} />, status);
}

async function choose(c: MemberContext): Promise<Response> {
  const { id: agencyId, slug } = c.get("agency");
  const { config, hosts } = c.get("deps");
  const from = cameFrom((await readForm(c)).text("from"));
  const selecting = c.get("store").write((db) => selectHost(db, hostIdOf(c), c.get("member").id, config.portalOrigin));
  // Between the question and the answer the host may have stopped answering: the dialog then says so.
  const name = await selecting.catch((error: unknown) => {
    if (error instanceof Invalid) return error;
    throw error;
  });
  if (name instanceof Invalid) return show(c, from, 422);
  // Other processes hear of it from the database; whoever looks here next must not see the old one.
  hosts.forget(agencyId);
  const words = name && { kind: "good" as const, text: `The portal is at ${name} now` };
  return seeOther(c, from === "domains" ? app.domains(slug) : app.portal(slug), words || undefined);
}
