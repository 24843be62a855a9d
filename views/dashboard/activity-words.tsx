// What happened to a contact, in words.
import type { Child } from "hono/jsx";
import type { Activity, EmailKind, LinkKind } from "../../src/models/contact-activity.ts";
import { durationText } from "../portal/duration.ts";
import type { IconName } from "../ui/icon.tsx";

export type ActivityLine = { icon: IconName; tone?: "good" | "bad"; text: Child; detail?: string | undefined };

export const emailWords: Readonly<Record<EmailKind, string>> = {
  invite: "Invite",
  "login-email": "Login email",
  "sign-in-link": "Sign-in link",
  "reset-password": "Password reset",
  "confirm-email": "Confirmation of a new address",
  "email-changed": "Notice of a new address",
  template: "Email in your own words",
};

export const linkWords: Readonly<Record<LinkKind, string>> = {
  invite: "Invite",
  login: "Login link",
  magic: "Magic link",
  reset: "Password reset link",
  confirm: "Confirmation link",
};

export const usesWords = { once: "once", "until-expired": "until it expires", "until-joined": "until joined" } as const;
const destinationWords: Readonly<Record<string, string>> = { "/": "Home", "/profile": "Profile" };
const by = (member: string | undefined) => member && `By ${member}`;
const mid = (words: string) => words.charAt(0).toLowerCase() + words.slice(1);

const mail = ({ email }: Activity) => <b>{email ? emailWords[email.kind] : "Email"}</b>;
const link = ({ link: of }: Activity) => (of ? linkWords[of.kind] : "Link");

const howSignedIn: Readonly<Record<string, string>> = {
  password: "With a password",
  code: "With a code from an email",
};

function signedIn(activity: Activity): string | undefined {
  const { data, link: used, address } = activity;
  const article = used?.kind === "invite" ? "an" : "a";
  const how = used ? `With ${article} ${mid(link(activity))}` : howSignedIn[data.method ?? ""];
  return [how, address && `from ${address}`].filter(Boolean).join(", ") || undefined;
}

const refusals: Readonly<Record<string, string>> = {
  expired: "had expired",
  used: "had been used",
  withdrawn: "was no longer valid",
};

const changes: Readonly<Record<string, (member: string | undefined) => ActivityLine>> = {
  name: () => ({ icon: "user", text: "Changed the name" }),
  email: () => ({ icon: "mail", text: "Confirmed a new email address" }),
  address: (member) => ({ icon: "mail", text: "Address put right", detail: by(member) }),
  details: (member) => ({ icon: "user", text: "Details changed", detail: by(member) }),
};

function magicLinkText({ link: made }: Activity): string | undefined {
  if (!made) return undefined;
  const words = [
    `Opens ${destinationWords[made.destination] ?? made.destination}`,
    usesWords[made.uses],
    durationText(made.lifetimeSeconds),
  ];
  return words.join(", ");
}

const tagged = (what: "added" | "removed", tags: readonly string[] = []) =>
  `${tags.length === 1 ? "Tag" : "Tags"} ${what}: ${tags.join(", ")}`;

type Words = (activity: Activity) => ActivityLine;

const words: Partial<Record<Activity["kind"], Words>> = {
  "contact.created": ({ member }) => ({ icon: "user", text: "Added", detail: by(member) }),
  "contact.invited": ({ member, data }) => ({
    icon: "userplus",
    text: <b>{data.again ? "Invited again" : "Invited"}</b>,
    detail: by(member),
  }),
  "contact.joined": () => ({
    icon: "user",
    tone: "good",
    text: (
      <>
        <b>Joined</b> the client portal
      </>
    ),
  }),
  "contact.signed-in": (activity) => ({ icon: "key", tone: "good", text: "Signed in", detail: signedIn(activity) }),
  "contact.signed-out": ({ member }) => ({
    icon: "signout",
    text: member ? "Signed out everywhere" : "Signed out",
    detail: by(member),
  }),
  "contact.revoked": ({ member }) => ({ icon: "ban", tone: "bad", text: <b>Access revoked</b>, detail: by(member) }),
  "contact.restored": ({ member }) => ({ icon: "key", text: <b>Access restored</b>, detail: by(member) }),
  "contact.changed": ({ member, data }) =>
    (changes[data.changed ?? ""] ?? changes["details"])?.(member) ?? { icon: "user", text: "Changed" },
  "contact.tagged": ({ member, data }) => ({ icon: "tag", text: tagged("added", data.tags), detail: by(member) }),
  "contact.untagged": ({ member, data }) => ({ icon: "tag", text: tagged("removed", data.tags), detail: by(member) }),
  "contact.workflow-mail-stopped": ({ member }) => ({
    icon: "ban",
    text: member ? "Automatic emails stopped" : "Unsubscribed from automatic emails",
    detail: by(member),
  }),
  "contact.workflow-mail-resumed": ({ member }) => ({
    icon: "mail",
    text: "Automatic emails go out again",
    detail: by(member),
  }),
  "contact.password-set": () => ({ icon: "lock", text: "Set a password" }),
  "link.made": (activity) => ({
    icon: "link",
    text: (
      <>
        <b>{link(activity)}</b> created{activity.member && ` by ${activity.member}`}
      </>
    ),
    detail: magicLinkText(activity),
  }),
  "link.opened": (activity) => ({
    icon: "eye",
    text: `Opened the ${mid(link(activity))}`,
    detail: activity.address && `From ${activity.address}`,
  }),
  "link.failed": (activity) => ({
    icon: "ban",
    tone: "bad",
    text: `Sign-in refused: the ${mid(link(activity))} ${refusals[activity.data.state ?? ""] ?? "did not work"}`,
    detail: activity.link?.maker && `Link made by ${activity.link.maker}`,
  }),
  "link.revoked": (activity) => ({ icon: "ban", text: `${link(activity)} revoked`, detail: by(activity.member) }),
  "email.queued": (activity) => ({ icon: "clock", text: <>{mail(activity)} queued</>, detail: by(activity.member) }),
  "email.sent": (activity) => ({ icon: "mail", text: <>{mail(activity)} sent</> }),
  "email.failed": (activity) => ({
    icon: "fail",
    tone: "bad",
    text: <>{mail(activity)} not delivered</>,
    detail: activity.data.reason,
  }),
  "email.suppressed": (activity) => ({
    icon: "fail",
    tone: "bad",
    text: <>{mail(activity)} not sent</>,
    detail: "This address refused an earlier email.",
  }),
  "email.complained": (activity) => ({ icon: "fail", tone: "bad", text: <>{mail(activity)} marked as spam</> }),
  "email.released": ({ member }) => ({
    icon: "check",
    text: "Emails to this address go out again",
    detail: by(member),
  }),
};

/** The line for an event; undefined for one that has no words here. */
export const activityLine = (activity: Activity): ActivityLine | undefined => words[activity.kind]?.(activity);
