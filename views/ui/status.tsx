// Where a contact, an e-mail or a domain stands: a shape and a word, never a colour alone.
import { html } from "hono/html";
import { Icon, type IconName } from "./icon.tsx";

export type Tone = "good" | "wait" | "bad";
type Look = { word: string; icon: IconName; tone?: Tone };

export type ContactState = "not-invited" | "invited" | "joined" | "revoked";
export type EmailState = "queued" | "sending" | "sent" | "delayed" | "bounced" | "suppressed" | "failed" | "cancelled";
export type DomainState = "waiting" | "issuing" | "active" | "failing" | "included";

export const contactStates: Readonly<Record<ContactState, Look>> = {
  "not-invited": { word: "Not invited", icon: "none" },
  invited: { word: "Invited", icon: "half", tone: "wait" },
  joined: { word: "Joined", icon: "done", tone: "good" },
  revoked: { word: "Revoked", icon: "slash" },
};

export const emailStates: Readonly<Record<EmailState, Look>> = {
  queued: { word: "Queued", icon: "clock" },
  sending: { word: "Sending", icon: "clock" },
  sent: { word: "Sent", icon: "done", tone: "good" },
  delayed: { word: "Delayed", icon: "clock", tone: "wait" },
  bounced: { word: "Bounced", icon: "fail", tone: "bad" },
  suppressed: { word: "Suppressed", icon: "slash", tone: "bad" },
  failed: { word: "Failed", icon: "fail", tone: "bad" },
  cancelled: { word: "Cancelled", icon: "slash" },
};

export const domainStates: Readonly<Record<DomainState, Look>> = {
  waiting: { word: "Waiting for DNS", icon: "clock", tone: "wait" },
  issuing: { word: "Issuing certificate", icon: "half", tone: "wait" },
  active: { word: "Active", icon: "done", tone: "good" },
  failing: { word: "Failing", icon: "fail", tone: "bad" },
  included: { word: "Included", icon: "done" },
};

export function Status({ word, icon, tone }: { word: string; icon: IconName; tone?: Tone | undefined }) {
  return html`<span class="status${tone && ` status--${tone}`}">${Icon({ name: icon })}${word}</span>`;
}

export const ContactStatus = ({ state }: { state: ContactState }) => Status(contactStates[state]);
export const EmailStatus = ({ state }: { state: EmailState }) => Status(emailStates[state]);
export const DomainStatus = ({ state }: { state: DomainState }) => Status(domainStates[state]);
