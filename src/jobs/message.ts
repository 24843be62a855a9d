// Makes the message of one e-mail: the template's values from what the models said, the sender, and the address for answers.
import { renderEmail } from "../../emails/render.ts";
import type { Brand, RenderedEmail } from "../../emails/types.ts";
import { lifetime, until, untilMoment } from "../../emails/words.ts";
import type { Mailbox } from "../mail/addresses.ts";
import { type ComposedMessage, composeMessage } from "../mail/compose.ts";
import { templateKind } from "../models/email-templates.ts";
import type { Sending } from "../models/sending.ts";
import type { SendingIdentity } from "../models/sending-identity.ts";
import { CODE_SECONDS } from "../models/sign-in-codes.ts";
import { portal } from "../paths.ts";
import type { From } from "./sender.ts";
import { productWords, type ReadWords, renderTemplate, senderOf } from "./template-message.ts";

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
  const kind = words ? words.kind : templateKind(sending.kind);
  const own = words ?? (kind && productWords(kind));
  if (own?.kind && !link) throw new Error("This kind of e-mail needs a link.");
  if (own)
    return renderTemplate(own, brand, {
      facts: {
        contact: { name: contactName, email: recipient, company: sending.company || null },
        agency: { name: agency.ownName, supportEmail: agency.supportEmail },
        portal: { name: agency.name, url: origin },
      },
      link: link && {
        url: link.url,
        seconds: own.kind ? sending.lifetimeSeconds : (own.words.link?.seconds ?? 0),
        ends: until(link.expiresAt, startedAt, agency.timeZone),
      },
      recipient,
      memberName: senderOf(kind, sender?.name),
      message: sending.personalMessage,
      askedIn: askedFrom,
      askedAt: kind === "reset-password" ? untilMoment(queuedAt, agency.timeZone) : null,
      unsubscribe: unsubscribe ?? null,
    });
  switch (sending.kind) {
    case "sign-in-link": {
      if (!link) throw new Error("This kind of e-mail needs a link.");
      const codes = { code: code ?? null, codeLifetime: code ? lifetime(CODE_SECONDS) : null };
      return renderEmail("sign-in-link", brand, {
        contactName,
        url: link.url,
        lifetime: lifetime(sending.lifetimeSeconds),
        ...codes,
        askedIn: askedFrom,
        askedAt: untilMoment(queuedAt, agency.timeZone),
        recipient,
      });
    }
    case "email-changed": {
      const changed = { newAddress: masked(sending.contactEmail), changedAt: untilMoment(queuedAt, agency.timeZone) };
      return renderEmail("email-changed", brand, { contactName, ...changed, recipient });
    }
    default:
      throw new Error("An e-mail of a template has a version.");
  }
}

// The old mailbox may be somebody else's by now: it learns that the address changed, not what it became.
const masked = (address: string) => address.replace(/^(.).*(?=@)/u, "$1•••");
