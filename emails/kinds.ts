// The list of e-mails: a kind's name is its file.

import * as confirmEmail from "./confirm-email.tsx";
import * as emailChanged from "./email-changed.tsx";
import * as invite from "./invite.tsx";
import * as loginEmail from "./login-email.tsx";
import * as memberInvite from "./member-invite.tsx";
import * as memberResetPassword from "./member-reset-password.tsx";
import * as memberWelcome from "./member-welcome.tsx";
import * as resetPassword from "./reset-password.tsx";
import * as sendingTest from "./sending-test.tsx";
import * as signInLink from "./sign-in-link.tsx";

export const emails = {
  invite,
  "login-email": loginEmail,
  "sign-in-link": signInLink,
  "reset-password": resetPassword,
  "confirm-email": confirmEmail,
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
