// The page of an access link. Opening it changes nothing that matters, because robots open links too; pressing its button redeems.
import { DeadLinkPage, UnknownLinkPage } from "../../../views/portal/dead-link.page.tsx";
import { LinkPage } from "../../../views/portal/link.page.tsx";
import { maskedEmail } from "../../../views/ui/mask.ts";
import { type AccessLink, findAccessLink, recordOpening, redeemAccessLink } from "../../models/access-links.ts";
import type { Entry } from "../../models/contact-sessions.ts";
import { LimitReached } from "../../models/errors.ts";
import { limits } from "../../models/limits.ts";
import { requestMail } from "../../models/mail-requests.ts";
import { type Press, pressLinks } from "../../models/redemptions.ts";
import { portal } from "../../paths.ts";
import { gather } from "../../web/gather.ts";
import { page, seeOther } from "../../web/html.tsx";
import { type PortalContext, type PortalRoute, SIGN_IN_BODY } from "../../web/route.ts";
import { carriesFormToken } from "../../web/security.ts";
import { arrive } from "./arrival.ts";
import { keepAsked } from "./asked-mail.ts";
import { linkUseKey, linkUseLimit, linkViewLimit, mailLimit } from "./limits.ts";
import { askerOf, siteOf, visitOf } from "./request.ts";

const tokenOf = (c: PortalContext) => c.req.param("token") ?? "";

function refuse(wait: number | undefined): void {
  if (wait) throw new LimitReached("Too many links were opened from here. Wait a little and try again.", wait);
}

// A reset or a new address is not about being in, so who is in already still has to press its button.
const isOwn = (c: PortalContext, link: AccessLink) =>
  c.get("contact")?.id === link.contact.id &&
  !(link.state === "live" && (link.kind === "reset" || link.kind === "confirm"));

const unknown = (c: PortalContext) => page(c, <UnknownLinkPage site={siteOf(c)} />, 404);

function dead(c: PortalContext, link: AccessLink) {
  const state = link.state === "live" ? "withdrawn" : link.state;
  const { timeZone: zone } = c.get("portal");
  const about = { token: tokenOf(c), kind: link.kind, email: link.contact.email };
  return page(
    c,
    <DeadLinkPage
      site={siteOf(c)}
      {...about}
      state={state}
      expiredAt={link.expiresAt}
      usedAt={link.usedAt}
      zone={zone}
    />,
  );
}

function live(c: PortalContext, link: AccessLink, pressedBlind = false) {
  const me = c.get("contact");
  const instead = me && me.id !== link.contact.id ? { name: me.name, email: me.email } : undefined;
  const askedHere = !pressedBlind && link.browserHash !== null && link.browserHash.equals(c.get("browser").hash);
  const about = { token: tokenOf(c), kind: link.kind, contact: link.contact, newEmail: link.newEmail ?? undefined };
  const status = pressedBlind ? 403 : 200;
  return page(
    c,
    <LinkPage site={siteOf(c)} {...about} instead={instead} askedHere={askedHere} pressedBlind={pressedBlind} />,
    status,
  );
}

const show = (c: PortalContext, link: AccessLink, pressedBlind?: boolean) =>
  link.state === "live" ? live(c, link, pressedBlind) : dead(c, link);

async function open(c: PortalContext) {
  refuse(await linkViewLimit(c));
  const store = c.get("store");
  const link = await store.readOne((db) => findAccessLink(db, tokenOf(c)));
  if (!link) return unknown(c);
  if (isOwn(c, link)) return seeOther(c, link.destination);
  if (c.req.method === "GET" && !link.openedAt) await store.write((db) => recordOpening(db, link, c.get("address")));
  return show(c, link);
}

async function redeem(c: PortalContext) {
  const isForm = await carriesFormToken(c);
  if (isForm && !c.get("contact")) return enter(c);
  refuse(await linkUseLimit(c));
  const link = await c.get("store").readOne((db) => findAccessLink(db, tokenOf(c)));
  if (!link) return unknown(c);
  // Beside the check that every form gets: a robot that posts without the page's own cookie and field finds nothing done.
  if (!isForm) return show(c, link, true);
  return isOwn(c, link) ? seeOther(c, link.destination) : enterOrExplain(c);
}

const press = gather((store, presses: readonly Press[]) =>
  store.writeOne((db) => pressLinks(db, presses, limits.linkUses), "as-written"),
);

// Nearly every press: nobody is signed in here, and the link works.
async function enter(c: PortalContext) {
  const { retryAfter, entered } = await press(c.get("store"), {
    token: tokenOf(c),
    visit: visitOf(c),
    key: linkUseKey(c),
  });
  refuse(retryAfter);
  return entered ? arriveBy(c, entered) : enterOrExplain(c);
}

async function enterOrExplain(c: PortalContext) {
  const { entry, link } = await c.get("store").write((db) => redeemAccessLink(db, tokenOf(c), visitOf(c)));
  if (!link) return unknown(c);
  return entry ? arriveBy(c, { entry, link }) : dead(c, link);
}

type Entered = { entry: Entry; link: Pick<AccessLink, "kind" | "destination"> };

const arriveBy = (c: PortalContext, { entry, link }: Entered) =>
  arrive(c, entry, link.destination, entry.offersPassword || link.kind === "reset");

async function sendNew(c: PortalContext) {
  refuse(await linkUseLimit(c));
  const store = c.get("store");
  const link = await store.readOne((db) => findAccessLink(db, tokenOf(c)));
  if (!link) return unknown(c);
  refuse(await mailLimit(c));
  const kind = link.kind === "reset" ? "reset-password" : "sign-in-link";
  const { destination } = link;
  await store.write((db) => requestMail(db, { kind, email: link.contact.email, destination, ...askerOf(c) }));
  keepAsked(c, { kind, shown: maskedEmail(link.contact.email), next: destination });
  return seeOther(c, portal.signInCode());
}

export const accessLinkRoutes: readonly PortalRoute[] = [
  { method: "get", path: portal.link(":token"), needs: "anyone", handler: open },
  { method: "post", path: portal.link(":token"), needs: "anyone", bodyLimit: SIGN_IN_BODY, handler: redeem },
  { method: "post", path: portal.newLink(":token"), needs: "anyone", bodyLimit: SIGN_IN_BODY, handler: sendNew },
];
