// The agency's domains: the page, adding one, following how it gets on, checking it now, letting it go.
import { createHash } from "node:crypto";
import type { DomainPartProps } from "../../../views/dashboard/domain.part.tsx";
import { DomainAdd } from "../../../views/dashboard/domain-add.part.tsx";
import { DomainAddedReply } from "../../../views/dashboard/domain-added.reply.tsx";
import { notesOf } from "../../../views/dashboard/domain-notes.ts";
import { DomainPollReply } from "../../../views/dashboard/domain-poll.reply.tsx";
import { DomainRemovalDialog } from "../../../views/dashboard/domain-removal-dialog.part.tsx";
import { badgeOf, paceOf } from "../../../views/dashboard/domain-words.ts";
import { DomainsPage } from "../../../views/dashboard/domains.page.tsx";
import { addDomain, findRival, releaseDomain, requestCheck } from "../../models/domain-claims.ts";
import { parseDomainName, shown } from "../../models/domain-names.ts";
import { type Domain, getDomain, listDomains } from "../../models/domains.ts";
import { Invalid, NotFound } from "../../models/errors.ts";
import { limits, requireLimit } from "../../models/limits.ts";
import { hasRole } from "../../models/people.ts";
import { app } from "../../paths.ts";
import { readForm } from "../../web/forms.ts";
import { isHtmx, page, part, seeOther, shellOf } from "../../web/html.tsx";
import { type MemberContext, type MemberRoute, SIGN_IN_BODY } from "../../web/route.ts";

export const domainRoutes: MemberRoute[] = [
  { method: "get", path: "/:agency/settings/domains", role: "viewer", handler: (c) => show(c) },
  { method: "post", path: "/:agency/settings/domains", role: "admin", bodyLimit: SIGN_IN_BODY, handler: add },
  { method: "get", path: "/:agency/settings/domains/:id", role: "viewer", handler: follow },
  { method: "post", path: "/:agency/settings/domains/:id/checks", role: "admin", handler: checkNow },
  { method: "get", path: "/:agency/settings/domains/:id/removal", role: "admin", handler: askRemoval },
  { method: "post", path: "/:agency/settings/domains/:id/removal", role: "admin", handler: remove },
];

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function idOf(c: MemberContext): string {
  const id = c.req.param("id") ?? "";
  if (!UUID.test(id)) throw new NotFound("No such domain.");
  return id;
}

const originOf = (c: MemberContext) => c.get("deps").config.portalOrigin;

function viewOf(c: MemberContext, domain: Domain): DomainPartProps {
  const now = new Date();
  const view = { domain, https: originOf(c).scheme === "https" };
  const { slug, timeZone } = c.get("agency");
  const shown = [notesOf(view), domain.lastCheck, domain.selected, paceOf(domain, now)];
  const hash = createHash("sha256").update(JSON.stringify(shown)).digest("base64url").slice(0, 10);
  const version = `${badgeOf(view).word.toLowerCase().replaceAll(" ", "-")}.${hash}`;
  return { ...view, slug, zone: timeZone, now, version, mayChange: hasRole(c.get("role"), "admin") };
}

const getView = async (c: MemberContext) =>
  viewOf(c, await c.get("store").read((db) => getDomain(db, idOf(c), originOf(c))));

type Extra = { refused?: { typed: string; error: string }; removal?: Domain };

async function show(c: MemberContext, { refused, removal }: Extra = {}, status = 200): Promise<Response> {
  const domains = await c.get("store").read((db) => listDomains(db, originOf(c)));
  const { slug } = c.get("agency");
  return page(
    c,
    <DomainsPage
      {...shellOf(c)}
      domains={domains.map((domain) => viewOf(c, domain))}
      mayChange={hasRole(c.get("role"), "admin")}
      refused={refused}
      removal={removal && { slug, domain: removal }}
    />,
    status,
  );
}

async function add(c: MemberContext): Promise<Response> {
  const typed = (await readForm(c)).text("domain");
  const { config, globals } = c.get("deps");
  const { id: agencyId, slug } = c.get("agency");
  const portalDomain = config.portalOrigin.portalDomain.replace(/:\d+$/, "");
  const parsed = parseDomainName(typed, { appHost: config.appUrl.hostname, portalDomain });
  if ("error" in parsed) return refuse(c, typed, parsed.error);
  await globals.run((db) => requireLimit(db, limits.domainAdds, agencyId, "Many domains were added just now."));
  const rival = await globals.run((db) => findRival(db, parsed.name));
  try {
    const memberId = c.get("member").id;
    const id = await c.get("store").write((db) => addDomain(db, { domain: parsed, rival, memberId }));
    if (!isHtmx(c)) return seeOther(c, app.domains(slug), { kind: "good", text: `${shown(parsed.name)} added` });
    const domain = await c.get("store").read((db) => getDomain(db, id, config.portalOrigin));
    return part(c, <DomainAddedReply {...viewOf(c, domain)} />);
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    return refuse(c, typed, error.fields.domain ?? error.message);
  }
}

function refuse(c: MemberContext, typed: string, error: string): Response | Promise<Response> {
  if (isHtmx(c)) return part(c, <DomainAdd slug={c.get("agency").slug} typed={typed} error={error} />, 422);
  return show(c, { refused: { typed, error } }, 422);
}

async function follow(c: MemberContext): Promise<Response> {
  if (!isHtmx(c)) return seeOther(c, app.domains(c.get("agency").slug));
  const view = await getView(c);
  const [badge, hash] = (c.req.query("seen") ?? "").split(".");
  const [badgeNow, hashNow] = view.version.split(".");
  const changed = badge !== badgeNow ? "state" : hash === hashNow ? "time" : "words";
  return part(c, <DomainPollReply {...view} changed={changed} />);
}

async function checkNow(c: MemberContext): Promise<Response> {
  const id = idOf(c);
  await c
    .get("deps")
    .globals.run((db) => requireLimit(db, limits.domainChecks, id, "This domain was checked often just now."));
  await c.get("store").write((db) => requestCheck(db, id));
  if (isHtmx(c)) return part(c, <DomainPollReply {...(await getView(c))} changed="words" />);
  return seeOther(c, app.domains(c.get("agency").slug), { kind: "good", text: "The check has begun" });
}

async function askRemoval(c: MemberContext): Promise<Response> {
  const { domain } = await getView(c);
  if (!isHtmx(c)) return show(c, { removal: domain });
  return part(c, <DomainRemovalDialog slug={c.get("agency").slug} domain={domain} />);
}

async function remove(c: MemberContext): Promise<Response> {
  const name = await c.get("store").write((db) => releaseDomain(db, idOf(c), c.get("member").id));
  // Other processes hear of it from the database; this one must not serve it to whoever looks next.
  c.get("deps").hosts.forget(c.get("agency").id);
  return seeOther(c, app.domains(c.get("agency").slug), { kind: "good", text: `${shown(name)} removed` });
}
