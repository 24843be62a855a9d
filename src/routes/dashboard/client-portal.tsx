// The Client portal page: one address for the page, its filters, orders and pages, and for the table alone.
import { html } from "hono/html";
import { ClientPortalPage } from "../../../views/dashboard/client-portal.page.tsx";
import { ContactsTable, WATCH } from "../../../views/dashboard/contacts-table.part.tsx";
import { ContactsTableReply } from "../../../views/dashboard/contacts-table.reply.tsx";
import { QrFile } from "../../../views/ui/qr.tsx";
import type { AgencyReader } from "../../db/schema.ts";
import { listContacts } from "../../models/contacts-list.ts";
import { listHostChoices, portalUrlOf } from "../../models/host-selection.ts";
import { hasRole } from "../../models/people.ts";
import { getPortalCounts } from "../../models/portal-counts.ts";
import { portalUrl } from "../../models/portal-url.ts";
import { findSendingTrouble } from "../../models/sending-pauses.ts";
import { app, defaultContactsSort } from "../../paths.ts";
import { page, part, shellOf, wantsPart } from "../../web/html.tsx";
import type { MemberContext, MemberRoute } from "../../web/route.ts";
import { filtersOf, viewing } from "./contacts-list.ts";

export const clientPortalRoutes: MemberRoute[] = [
  { method: "get", path: "/:agency", role: "viewer", handler: showClientPortal },
  { method: "get", path: "/:agency/portal-url.svg", role: "viewer", handler: sendQrCode },
];

function showClientPortal(c: MemberContext): Promise<Response> {
  return wantsPart(c, "contacts-table") ? sendTable(c) : sendPage(c);
}

async function loadList(c: MemberContext, db: AgencyReader) {
  const filters = filtersOf((name) => c.req.query(name));
  const { after, before } = c.req.query();
  const query = { ...filters, sort: filters.sort ?? defaultContactsSort, after, before };
  const [contacts, counts] = await Promise.all([listContacts(db, query), getPortalCounts(db)]);
  return { filters, contacts, counts, cursor: { after, before } };
}

async function sendTable(c: MemberContext): Promise<Response> {
  const list = await c.get("store").read((db) => loadList(c, db));
  const props = { ...viewing(c), ...list };
  // What asks by itself gets nothing that somebody may be using.
  if (c.req.header("hx-source") === `span#${WATCH}`) return part(c, <ContactsTable {...props} />);
  const address = app.portal(props.slug, { ...list.filters, ...list.cursor });
  // The form sends its empty fields too: they stay out of the history.
  if (!c.req.url.endsWith(address)) c.header("hx-push-url", address);
  return part(c, <ContactsTableReply {...props} />);
}

async function sendPage(c: MemberContext): Promise<Response> {
  const origin = c.get("deps").config.portalOrigin;
  const [list, hosts, trouble] = await c
    .get("store")
    .read((db) => Promise.all([loadList(c, db), listHostChoices(db, origin), findSendingTrouble(db)]));
  const url = portalUrlOf(hosts, origin);
  const mayChooseHost = hasRole(c.get("role"), "admin");
  const portal = { ...viewing(c), ...list, url, hosts, mayChooseHost, trouble };
  return page(c, <ClientPortalPage {...shellOf(c)} portal={portal} />);
}

async function sendQrCode(c: MemberContext): Promise<Response> {
  const url = await c.get("store").read((db) => portalUrl(db, c.get("deps").config.portalOrigin));
  const svg = await html`${<QrFile value={url} />}`;
  const { slug } = c.get("agency");
  return c.body(svg, 200, {
    "content-type": "image/svg+xml; charset=utf-8",
    "content-disposition": `attachment; filename="${slug}-portal.svg"`,
  });
}
