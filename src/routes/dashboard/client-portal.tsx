// The Client portal page: one address for the page, its filters, orders and pages, and for the table alone.
import { html, raw } from "hono/html";
import { ClientPortalPage } from "../../../views/dashboard/client-portal.page.tsx";
import { drawRows } from "../../../views/dashboard/contact-rows.ts";
import { ContactsTable, WATCH } from "../../../views/dashboard/contacts-table.part.tsx";
import { ContactsTableReply } from "../../../views/dashboard/contacts-table.reply.tsx";
import { QrFile } from "../../../views/ui/qr.tsx";
import { type ClientPortal, getClientPortal, isPlain, searchClientPortal } from "../../models/client-portal.ts";
import type { ContactsQuery } from "../../models/contacts-list.ts";
import { portalUrlOf } from "../../models/host-selection.ts";
import { hasRole } from "../../models/people.ts";
import { portalUrl } from "../../models/portal-url.ts";
import { app, defaultContactsSort } from "../../paths.ts";
import { framedPage, part, shellOf, wantsPart } from "../../web/html.tsx";
import type { MemberContext, MemberRoute } from "../../web/route.ts";
import { filtersOf, viewing } from "./contacts-list.ts";

export const clientPortalRoutes: MemberRoute[] = [
  { method: "get", path: "/:agency", role: "viewer", handler: showClientPortal },
  { method: "get", path: "/:agency/portal-url.svg", role: "viewer", handler: sendQrCode },
];

function showClientPortal(c: MemberContext): Promise<Response> {
  return wantsPart(c, "contacts-table") ? sendTable(c) : sendPage(c);
}

async function loadPortal(c: MemberContext) {
  const filters = filtersOf((name) => c.req.query(name));
  const { after, before } = c.req.query();
  const query = { ...filters, sort: filters.sort ?? defaultContactsSort };
  const found = await findPortal(c, { ...query, after, before });
  // A cursor whose rows are gone costs the first page, which takes its place.
  const gone = found.list.contacts.shown === 0 && (after ?? before) !== undefined;
  const { list, ...portal } = gone ? await findPortal(c, query) : found;
  const { contacts, ...frame } = list;
  const reader = viewing(c);
  const { html: rows, watch } = drawRows(contacts, reader);
  const cursor = { after, before };
  return { rows, portal, table: { ...reader, filters, cursor, list: { ...frame, shown: contacts.shown }, watch } };
}

function findPortal(c: MemberContext, query: ContactsQuery): Promise<ClientPortal> {
  const { portalOrigin } = c.get("deps").config;
  const store = c.get("store");
  return isPlain(query)
    ? store.readShort((db) => getClientPortal(db, query, portalOrigin))
    : store.read((db) => searchClientPortal(db, query, portalOrigin));
}

async function sendTable(c: MemberContext): Promise<Response> {
  const { rows: drawn, portal, table } = await loadPortal(c);
  const rows = raw(Buffer.from(drawn).toString());
  // What asks by itself gets nothing that somebody may be using.
  if (c.req.header("hx-source") === `span#${WATCH}`) return part(c, <ContactsTable {...table} rows={rows} />);
  const address = app.portal(table.slug, { ...table.filters, ...table.cursor });
  // The form sends its empty fields too: they stay out of the history.
  if (!c.req.url.endsWith(address)) c.header("hx-push-url", address);
  return part(c, <ContactsTableReply {...table} counts={portal.counts} rows={rows} />);
}

async function sendPage(c: MemberContext): Promise<Response> {
  const { rows, portal, table } = await loadPortal(c);
  const url = portalUrlOf(portal.hosts, c.get("deps").config.portalOrigin);
  const mayChooseHost = hasRole(c.get("role"), "admin");
  const frame = ClientPortalPage({ ...shellOf(c), portal: { ...table, ...portal, url, mayChooseHost } });
  return framedPage(c, frame, rows);
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
