// Moving a contact who is signed in on one host of the agency to the selected one without signing in again. The new host asks first, so
// that what the old one answers is worth something in this browser alone; opening a page moves nothing, its form does.
import { HandOverPage } from "../../../views/portal/hand-over.page.tsx";
import { allowedDestination } from "../../models/access-links.ts";
import { offerHandOver, takeHandOver } from "../../models/hand-overs.ts";
import { portal } from "../../paths.ts";
import { keepBrowser } from "../../web/browser.ts";
import { readForm } from "../../web/forms.ts";
import { page, seeOther } from "../../web/html.tsx";
import { type BaseContext, type PortalContext, type PortalRoute, SIGN_IN_BODY } from "../../web/route.ts";
import { carriesFormToken } from "../../web/security.ts";
import { writeSessionId } from "../../web/sessions.ts";
import { homeOf, hostOf, nextOf, originOf, siteOf } from "./request.ts";

const HASH = /^[A-Za-z0-9_-]{43}$/;

/** On the new host: gives the browser its id here and goes to the host where the contact is signed in. */
async function ask(c: PortalContext) {
  const next = nextOf(c);
  if (c.get("contact")) return seeOther(c, next);
  const door = await c.get("deps").hosts.find(c.req.query("from"));
  const { agencyId, kind, host } = c.get("portal");
  const from = door.kind === "portal" && door.portal.agencyId === agencyId ? door.portal : undefined;
  if (!from || (from.kind === kind && from.host === host)) return seeOther(c, portal.signIn(next));
  keepBrowser(c as unknown as BaseContext);
  const hash = c.get("browser").hash.toString("base64url");
  return c.redirect(`${originOf(c, { kind: from.kind, name: from.host })}${portal.handOverOffer(hash, next)}`, 303);
}

/** On the old host: answers with a token for that browser, and for the agency's selected host alone. */
async function offer(c: PortalContext) {
  const next = nextOf(c);
  const contact = c.get("contact");
  const home = homeOf(c);
  if (home === hostOf(c)) return seeOther(c, next);
  const origin = originOf(c, c.get("portal").home);
  const hash = c.req.query("for") ?? "";
  if (!contact || !HASH.test(hash)) return c.redirect(`${origin}${portal.signIn(next)}`, 303);
  const browserHash = Buffer.from(hash, "base64url");
  const token = await c
    .get("store")
    .write((db) => offerHandOver(db, { sessionId: contact.session.id, host: home, browserHash }));
  return c.redirect(`${origin}${portal.handOverTaking(token, next)}`, 303);
}

const tokenOf = (c: PortalContext) => c.req.param("token") ?? "";

function show(c: PortalContext) {
  if (c.get("contact")) return seeOther(c, nextOf(c));
  return page(c, <HandOverPage site={siteOf(c)} token={tokenOf(c)} next={nextOf(c)} />);
}

async function take(c: PortalContext) {
  const next = allowedDestination((await readForm(c)).text("next"));
  if (c.get("contact")) return seeOther(c, next);
  if (!(await carriesFormToken(c))) return seeOther(c, portal.signIn(next));
  const taker = { host: hostOf(c), browserHash: c.get("browser").hash, address: c.get("address") };
  const sessionId = await c.get("store").write((db) => takeHandOver(db, tokenOf(c), taker));
  if (!sessionId) return seeOther(c, portal.signIn(next));
  writeSessionId(c, "contact", sessionId);
  return seeOther(c, next);
}

export const handOverRoutes: readonly PortalRoute[] = [
  { method: "get", path: portal.handOver(), needs: "anyone", handler: ask },
  { method: "get", path: portal.handOverOffer(), needs: "anyone", handler: offer },
  { method: "get", path: portal.handOverTaking(":token"), needs: "anyone", handler: show },
  { method: "post", path: portal.handOverTaking(":token"), needs: "anyone", bodyLimit: SIGN_IN_BODY, handler: take },
];
