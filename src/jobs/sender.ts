// Who a message says it is from: the agency's own domain, with the key that signs for it, or the platform.
import type { DkimKey } from "../mail/dkim.ts";
import { type BounceRef, bounceAddress } from "../models/bounce-addresses.ts";
import { sealedFor } from "../models/dkim-keys.ts";
import type { SendingIdentity } from "../models/sending-identity.ts";
import type { PlatformMail } from "../models/sending-records.ts";
import type { HandlerDeps } from "./handlers.ts";

/** What jobs need to send from agencies' own domains: what the operator says of our mail, and the seal of the keys. */
export type SenderSettings = {
  platform: PlatformMail;
  seal: (plain: Buffer, about: string) => Buffer;
  /** The sealed bytes, and whether the newest secret sealed them; undefined when no secret opens them. */
  open: (sealed: Buffer, about: string) => { plain: Buffer; newest: boolean } | undefined;
  /** Signs the addresses that bounces come back to; without it, or without a bounce domain, messages carry a plain sender. */
  bounceKey?: Buffer | undefined;
  /** Signs the links by which contacts unsubscribe from the e-mails of workflows. */
  unsubscribeKey?: Buffer | undefined;
};

/** The address in From, the envelope's sender where it is another, and the key. */
export type From = { address: string; envelopeFrom?: string | undefined; dkim?: DkimKey | undefined };

type SenderDeps = Pick<HandlerDeps, "senders" | "mailFrom" | "log">;

/**
 * The sender of a message: the identity when there is one and its key opens, else the platform. With `bounce` the envelope's sender
 * names the attempt, so that whatever comes back tells what it is about.
 */
export function senderOf(
  identity: SendingIdentity | undefined,
  agencyId: string,
  deps: SenderDeps,
  bounce?: BounceRef,
): From {
  const from = addressesOf(identity, agencyId, deps);
  const { bounceKey, platform } = deps.senders;
  if (!bounce || !bounceKey || !platform.bounceDomain) return from;
  const host = (from.dkim && identity?.bounceHost) ?? platform.bounceDomain;
  return { ...from, envelopeFrom: bounceAddress(bounce, host, bounceKey) };
}

function addressesOf(identity: SendingIdentity | undefined, agencyId: string, deps: SenderDeps): From {
  const platform = deps.mailFrom.address;
  if (!identity) return { address: platform };
  const opened = deps.senders.open(identity.sealedKey, sealedFor(agencyId, identity.domainId));
  if (!opened) {
    // unsigned mail from the agency's domain would be refused; from ours it arrives
    deps.log.error({ domain: identity.domain }, "No SESSION_SECRET opens this domain's key; mail goes from MAIL_FROM.");
    return { address: platform };
  }
  const { domain, selector } = identity;
  return {
    address: identity.address,
    envelopeFrom: envelopeOf(identity) ?? platform,
    dkim: { domain, selector, privateKey: pemOf(opened.plain) },
  };
}

// A sender in the envelope that SPF would refuse is worse than one that is not aligned: DKIM aligns the message alone.
const envelopeOf = ({ bounceHost, spf, address }: SendingIdentity) =>
  bounceHost ? `bounces@${bounceHost}` : spf ? address : undefined;

const pemOf = (der: Buffer) =>
  `-----BEGIN PRIVATE KEY-----\n${(der.toString("base64").match(/.{1,64}/g) ?? []).join("\n")}\n-----END PRIVATE KEY-----\n`;
