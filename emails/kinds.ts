// The list of e-mails whose words are the product's alone: a kind's name is its file. Those whose words an agency may change are templates.

import * as emailChanged from "./email-changed.tsx";
import * as memberInvite from "./member-invite.tsx";
import * as memberResetPassword from "./member-reset-password.tsx";
import * as memberWelcome from "./member-welcome.tsx";
import * as sendingTest from "./sending-test.tsx";
import * as signInLink from "./sign-in-link.tsx";

export const emails = {
  "sign-in-link": signInLink,
  "email-changed": emailChanged,
  "member-invite": memberInvite,
  "member-reset-password": memberResetPassword,
  "member-welcome": memberWelcome,
  "sending-test": sendingTest,
} as const;

export type EmailKind = keyof typeof emails;

/** What the sender of an e-mail of kind `K` hands in. */
export type EmailValues<K extends EmailKind> = (typeof emails)[K]["previewProps"];

/** Every kind, in the order in which the developer's page shows them. */
export const emailKinds = Object.keys(emails) as EmailKind[];
