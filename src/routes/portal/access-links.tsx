// The page of an access link. Opening it changes nothing that matters, because robots open links too; pressing its button redeems.
import { DeadLinkPage, UnknownLinkPage } from "../../../views/portal/dead-link.page.tsx";
import { LinkPage } from "../../../views/portal/link.page.tsx";
import { maskedEmail } from "../../../views/ui/mask.ts";
import { type AccessLink, findAccessLink, recordOpening, redeemAccessLink } from "../../models/access-links.ts";
import { offerPassword } from "../../models/contact-passwords.ts";
import { LimitReached } from "../../models/errors.ts";
import { requestMail } from "../../models/mail-requests.ts";
import { portal } from "../../paths.ts";
import { page, seeOther } from "../../web/html.tsx";
import { type PortalContext, type PortalRoute, SIGN_IN_BODY } from "../../web/route.ts";
import { carriesFormToken } from "../../web/security.ts";
import { arrive } from "./arrival.ts";
import { keepAsked } from "./asked-mail.ts";
import { linkUseLimit, linkViewLimit, mailLimit } from "./limits.ts";
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
  const link = await store.read((db) => findAccessLink(db, tokenOf(c)));
  if (!link) return unknown(c);
  if (isOwn(c, link)) return seeOther(c, link.destination);
  if (c.req.method === "GET" && !link.openedAt) await store.write((db) => recordOpening(db, link, c.get("address")));
  return show(c, link);
}

async function redeem(c: PortalContext) {
  refuse(await linkUseLimit(c));
  const store = c.get("store");
  const token = tokenOf(c);
  // Beside the check that every form gets: a robot that posts without the page's own cookie and field finds nothing done.
  if (!(await carriesFormToken(c))) {
    const link = await store.read((db) => findAccessLink(db, token));
    return link ? show(c, link, true) : unknown(c);
  }
  const me = c.get("contact");
  const own = me && (await store.read((db) => findAccessLink(db, token)));
  if (own && isOwn(c, own)) return seeOther(c, own.destination);
  const { entry, link, password } = await store.write(async (db) => {
    const redeemed = await redeemAccessLink(db, token, visitOf(c));
    return {
      ...redeemed,
      password: redeemed.entry !== undefined && (await offerPassword(db, redeemed.entry.contactId)),
    };
  });
  if (!link) return unknown(c);
  if (!entry) return dead(c, link);
  return arrive(c, entry, link.destination, password || link.kind === "reset");
}

async function sendNew(c: PortalContext) {
  refuse(await linkUseLimit(c));
  const store = c.get("store");
  const link = await store.read((db) => findAccessLink(db, tokenOf(c)));
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
