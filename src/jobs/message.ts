// Makes the message of one e-mail: the template's values from what the models said, the sender, and the address for answers.
import { renderEmail } from "../../emails/render.ts";
import type { Brand, RenderedEmail } from "../../emails/types.ts";
import { lifetime, until, untilMoment } from "../../emails/words.ts";
import type { Mailbox } from "../mail/addresses.ts";
import { type ComposedMessage, composeMessage } from "../mail/compose.ts";
import type { Sending } from "../models/sending.ts";
import type { SendingIdentity } from "../models/sending-identity.ts";
import { CODE_SECONDS } from "../models/sign-in-codes.ts";
import { portal } from "../paths.ts";
import type { From } from "./sender.ts";
import { type ReadWords, renderTemplate } from "./template-message.ts";

/** An e-mail that may go out now, with its secrets, which are in this process's memory and nowhere else. */
export type Ready = {
  sending: Sending;
  /** The portal's address, from the database. */
  origin: string;
  link: { url: string; expiresAt: Date } | undefined;
  code: string | undefined;
  /** The agency's own words; undefined where the product's hold. */
  words: ReadWords | undefined;
  /** The member who sends, with his address. */
  sender: Mailbox | undefined;
  /** The agency's own domain, when mail may come from it now. */
  identity: SendingIdentity | undefined;
  /** Where the recipient says that he wants no more of these; on the e-mails of workflows. */
  unsubscribe?: string | undefined;
};

/** The finished message. Throws AddressRefused when the recipient's address is not one that mail can be sent to. */
export async function composeEmail(ready: Ready, from: From): Promise<ComposedMessage> {
  const { sending, sender } = ready;
  const { agency } = sending;
  // The address that the agency set for answers; without one they go to the member who sends.
  const replyTo = agency.supportEmail ? { name: agency.name, address: agency.supportEmail } : (sender ?? null);
  return await composeMessage({
    to: { name: sending.contactName, address: sending.to },
    from: { name: agency.name, address: from.address },
    envelopeFrom: from.envelopeFrom,
    dkim: from.dkim,
    replyTo,
    messageId: sending.messageId,
    headers: unsubscribeHeaders(ready.unsubscribe),
    ...(await render(ready)),
  });
}

// RFC 8058: mail programs show a button of their own that posts to the link. It is opened in a browser, too (RFC 2369).
const unsubscribeHeaders = (url: string | undefined) =>
  url === undefined
    ? []
    : [
        { name: "List-Unsubscribe", value: `<${url}>` },
        { name: "List-Unsubscribe-Post", value: "List-Unsubscribe=One-Click" },
      ];

function render({ sending, origin, link, code, words, sender, unsubscribe }: Ready): Promise<RenderedEmail> {
  const { agency, askedFrom, queuedAt, startedAt } = sending;
  const { logo } = agency;
  const brand: Brand = {
    name: agency.name,
    color: agency.color,
    origin,
    logo: logo && { ...logo, url: `${origin}${portal.brandImage(logo.hash)}` },
  };
  const contactName = sending.contactName || null;
  const recipient = sending.to;
  const url = () => {
    if (!link) throw new Error("This kind of e-mail needs a link.");
    return link.url;
  };
  const lasts = lifetime(sending.lifetimeSeconds);
  const ends = () => until(link?.expiresAt ?? startedAt, startedAt, agency.timeZone);
  const asked = { askedIn: askedFrom, askedAt: untilMoment(queuedAt, agency.timeZone) };
  const memberName = sender?.name ?? null;
  if (words)
    return renderTemplate(words, brand, {
      facts: {
        contact: { name: contactName, email: recipient, company: sending.company || null },
        agency: { name: agency.ownName, supportEmail: agency.supportEmail },
        portal: { name: agency.name, url: origin },
      },
      link: link && { url: link.url, seconds: words.kind ? sending.lifetimeSeconds : (words.words.link?.seconds ?? 0) },
      recipient,
      memberName: sending.kind === "reset-password" ? null : memberName,
      message: sending.personalMessage,
      askedIn: askedFrom,
      askedAt: sending.kind === "reset-password" ? asked.askedAt : null,
      unsubscribe: unsubscribe ?? null,
    });
  switch (sending.kind) {
    case "invite": {
      const { personalMessage: message } = sending;
      const company = sending.company || null;
      return renderEmail("invite", brand, {
        contactName,
        company,
        memberName,
        message,
        url: url(),
        until: ends(),
        recipient,
      });
    }
    case "login-email":
      return renderEmail("login-email", brand, { contactName, memberName, url: url(), until: ends(), recipient });
    case "sign-in-link": {
      const codes = { code: code ?? null, codeLifetime: code ? lifetime(CODE_SECONDS) : null };
      return renderEmail("sign-in-link", brand, {
        contactName,
        url: url(),
        lifetime: lasts,
        ...codes,
        ...asked,
        recipient,
      });
    }
    case "reset-password":
      return renderEmail("reset-password", brand, { contactName, url: url(), lifetime: lasts, ...asked, recipient });
    case "confirm-email":
      return renderEmail("confirm-email", brand, { contactName, url: url(), lifetime: lasts, recipient });
    case "email-changed": {
      const changed = { newAddress: masked(sending.contactEmail), changedAt: untilMoment(queuedAt, agency.timeZone) };
      return renderEmail("email-changed", brand, { contactName, ...changed, recipient });
    }
    case "template":
      throw new Error("An e-mail of a template has a version.");
  }
}

// The old mailbox may be somebody else's by now: it learns that the address changed, not what it became.
const masked = (address: string) => address.replace(/^(.).*(?=@)/u, "$1•••");
