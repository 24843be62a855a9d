// The domains that an agency sends from: the page, adding one, following its checks, choosing the sender, a test mail, letting go.
import { createHash, randomUUID } from "node:crypto";
import { SendingPage } from "../../../views/dashboard/sending.page.tsx";
import { SendingAdd } from "../../../views/dashboard/sending-add.part.tsx";
import { SendingAddedReply } from "../../../views/dashboard/sending-added.reply.tsx";
import { SendingAddress } from "../../../views/dashboard/sending-address.part.tsx";
import type { SendingPartProps } from "../../../views/dashboard/sending-domain.part.tsx";
import { SendingPollReply } from "../../../views/dashboard/sending-poll.reply.tsx";
import { SendingRemovalDialog } from "../../../views/dashboard/sending-removal-dialog.part.tsx";
import { badgeOf, paceOf, type ShownRecord } from "../../../views/dashboard/sending-words.ts";
import { makeDkimKey, sealedFor } from "../../models/dkim-keys.ts";
import { relativeName, shown, zoneOf } from "../../models/domain-names.ts";
import { Invalid, NotFound } from "../../models/errors.ts";
import { limits, requireLimit } from "../../models/limits.ts";
import { hasRole } from "../../models/people.ts";
import { parseLocalPart, parseSendingAddress } from "../../models/sending-addresses.ts";
import {
  addSendingDomain,
  changeLocalPart,
  getSendingDomain,
  listSendingDomains,
  removeSendingDomain,
  requestSendingCheck,
  requestTestMail,
  type SendingDomain,
  selectSendingDomain,
} from "../../models/sending-domains.ts";
import { recordsToSet, txtStrings } from "../../models/sending-records.ts";
import { app } from "../../paths.ts";
import { readForm } from "../../web/forms.ts";
import { isHtmx, page, part, seeOther, shellOf, toast } from "../../web/html.tsx";
import { type MemberContext, type MemberRoute, SIGN_IN_BODY } from "../../web/route.ts";

const sending = "/:agency/settings/sending";

export const sendingDomainRoutes: MemberRoute[] = [
  { method: "get", path: sending, role: "viewer", handler: (c) => show(c) },
  { method: "post", path: sending, role: "admin", bodyLimit: SIGN_IN_BODY, handler: add },
  { method: "post", path: `${sending}/selection`, role: "admin", handler: (c) => select(c, null) },
  { method: "get", path: `${sending}/:id`, role: "viewer", handler: follow },
  { method: "post", path: `${sending}/:id/checks`, role: "admin", handler: checkNow },
  { method: "post", path: `${sending}/:id/sender`, role: "admin", bodyLimit: SIGN_IN_BODY, handler: changeSender },
  { method: "post", path: `${sending}/:id/selection`, role: "admin", handler: (c) => select(c, idOf(c)) },
  { method: "post", path: `${sending}/:id/tests`, role: "admin", handler: sendTest },
  { method: "get", path: `${sending}/:id/removal`, role: "admin", handler: askRemoval },
  { method: "post", path: `${sending}/:id/removal`, role: "admin", handler: remove },
];

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function idOf(c: MemberContext): string {
  const id = c.req.param("id") ?? "";
  if (!UUID.test(id)) throw new NotFound("No such sending domain.");
  return id;
}

const platformOf = (c: MemberContext) => {
  const { spfInclude, bounceDomain } = c.get("deps").config;
  return { spf: spfInclude, bounceDomain };
};

/** The platform's own address, out of MAIL_FROM. */
const includedIn = (c: MemberContext) =>
  c
    .get("deps")
    .config.mailFrom.replace(/^[^<]*<|>$/g, "")
    .trim();

function viewOf(c: MemberContext, domain: SendingDomain): SendingPartProps {
  const { slug, timeZone } = c.get("agency");
  const zone = zoneOf(domain.domain);
  const records = recordsToSet(domain, platformOf(c), domain.lastCheck?.findings).map(
    (record): ShownRecord => ({
      ...record,
      relative: relativeName(record.name, zone),
      strings: record.type === "TXT" ? txtStrings(record.value) : [record.value],
    }),
  );
  const view = { domain, records };
  const shown = [domain.lastCheck, domain.lastTest, domain.selected, domain.localPart, domain.testing, paceOf(domain)];
  const hash = createHash("sha256").update(JSON.stringify(shown)).digest("base64url").slice(0, 10);
  const version = `${badgeOf(view).word.toLowerCase().replaceAll(" ", "-")}.${hash}`;
  return { ...view, slug, zone: timeZone, now: new Date(), version, mayChange: hasRole(c.get("role"), "admin") };
}

const getView = async (c: MemberContext) => viewOf(c, await c.get("store").read((db) => getSendingDomain(db, idOf(c))));

type Extra = { refused?: { typed: string; error: string }; removal?: SendingDomain };

async function show(c: MemberContext, { refused, removal }: Extra = {}, status = 200): Promise<Response> {
  const domains = await c.get("store").read((db) => listSendingDomains(db));
  return page(
    c,
    <SendingPage
      {...shellOf(c)}
      domains={domains.map((domain) => viewOf(c, domain))}
      mayChange={hasRole(c.get("role"), "admin")}
      included={includedIn(c)}
      refused={refused}
      removal={removal && { slug: c.get("agency").slug, domain: removal }}
    />,
    status,
  );
}

async function add(c: MemberContext): Promise<Response> {
  const typed = (await readForm(c)).text("domain");
  const { config, globals, keys } = c.get("deps");
  const { id: agencyId, slug } = c.get("agency");
  const parsed = parseSendingAddress(typed, {
    appHost: config.appUrl.hostname,
    portalDomain: config.portalOrigin.portalDomain.replace(/:\d+$/, ""),
    mailDomain: includedIn(c).split("@").at(-1) ?? "",
  });
  if ("error" in parsed) return refuse(c, typed, parsed.error);
  await globals.run((db) => requireLimit(db, limits.sendingDomains, agencyId, "Many domains were added just now."));
  const id = randomUUID();
  const { publicKey, privateKey } = await makeDkimKey();
  const sealedKey = keys.seal("dkim", privateKey, sealedFor(agencyId, id));
  const claim = { id, ...parsed, publicKey, sealedKey, memberId: c.get("member").id };
  try {
    await c.get("store").write((db) => addSendingDomain(db, claim));
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    return refuse(c, typed, error.fields.domain ?? error.message);
  }
  if (!isHtmx(c)) return seeOther(c, app.sending(slug), { kind: "good", text: `${shown(parsed.domain)} added` });
  const domain = await c.get("store").read((db) => getSendingDomain(db, id));
  return part(c, <SendingAddedReply {...viewOf(c, domain)} />);
}

function refuse(c: MemberContext, typed: string, error: string): Response | Promise<Response> {
  if (isHtmx(c)) return part(c, <SendingAdd slug={c.get("agency").slug} typed={typed} error={error} />, 422);
  return show(c, { refused: { typed, error } }, 422);
}

async function follow(c: MemberContext): Promise<Response> {
  if (!isHtmx(c)) return seeOther(c, app.sending(c.get("agency").slug));
  const view = await getView(c);
  const [badge, hash] = (c.req.query("seen") ?? "").split(".");
  const [badgeNow, hashNow] = view.version.split(".");
  const changed = badge !== badgeNow ? "state" : hash === hashNow ? "time" : "words";
  return part(c, <SendingPollReply {...view} changed={changed} />);
}

/** The domain as it is now, or the page with words about it where there is no JavaScript. */
async function answer(c: MemberContext, words: string): Promise<Response> {
  if (isHtmx(c)) return part(c, <SendingPollReply {...(await getView(c))} changed="words" />);
  return seeOther(c, app.sending(c.get("agency").slug), { kind: "good", text: words });
}

async function checkNow(c: MemberContext): Promise<Response> {
  const id = idOf(c);
  const { globals } = c.get("deps");
  await globals.run((db) => requireLimit(db, limits.domainChecks, id, "This domain was checked often just now."));
  await c.get("store").write((db) => requestSendingCheck(db, id));
  return answer(c, "The check has begun");
}

async function changeSender(c: MemberContext): Promise<Response> {
  const id = idOf(c);
  const typed = (await readForm(c)).text("sender");
  const parsed = parseLocalPart(typed);
  if ("error" in parsed) return refuseSender(c, typed, parsed.error);
  await c.get("store").write((db) => changeLocalPart(db, id, parsed.localPart, c.get("member").id));
  if (!isHtmx(c)) return seeOther(c, app.sending(c.get("agency").slug), { kind: "good", text: "From address saved" });
  return part(
    c,
    <>
      <SendingAddress {...(await getView(c))} />
      {toast("good", "From address saved")}
    </>,
  );
}

async function refuseSender(c: MemberContext, typed: string, error: string): Promise<Response> {
  const view = await getView(c);
  if (isHtmx(c)) return part(c, <SendingAddress {...view} typed={typed} error={error} />, 422);
  const text = `${view.domain.domain}: ${error}`;
  return seeOther(c, app.sending(c.get("agency").slug), { kind: "bad", text });
}

async function select(c: MemberContext, id: string | null): Promise<Response> {
  await c.get("store").write((db) => selectSendingDomain(db, id, c.get("member").id));
  return seeOther(c, app.sending(c.get("agency").slug), { kind: "good", text: "Sender saved" });
}

async function sendTest(c: MemberContext): Promise<Response> {
  const id = idOf(c);
  const { globals } = c.get("deps");
  const memberId = c.get("member").id;
  await globals.run((db) => requireLimit(db, limits.testMails, memberId, "You sent several test mails just now."));
  await c.get("store").write((db) => requestTestMail(db, id, memberId));
  return answer(c, "The test mail is on its way");
}

async function askRemoval(c: MemberContext): Promise<Response> {
  const { domain } = await getView(c);
  if (!isHtmx(c)) return show(c, { removal: domain });
  return part(c, <SendingRemovalDialog slug={c.get("agency").slug} domain={domain} />);
}

async function remove(c: MemberContext): Promise<Response> {
  const name = await c.get("store").write((db) => removeSendingDomain(db, idOf(c), c.get("member").id));
  return seeOther(c, app.sending(c.get("agency").slug), { kind: "good", text: `${shown(name)} removed` });
}
