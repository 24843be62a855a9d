/** @jsxImportSource react */
// Lets a contact choose a new password; asked for on the portal.

import { CtaButton } from "./cta-button.tsx";
import { Closing, Layout, Note, Paragraph } from "./layout.tsx";
import type { Fields, TemplateProps } from "./types.ts";

export type ResetPasswordValues = {
  contactName: string | null;
  url: string;
  /** How long the button works, from `lifetime()`. */
  lifetime: string;
  /** "Firefox on Linux"; null when the browser did not say. */
  askedIn: string | null;
  /** When it was asked for, from `untilMoment()`. */
  askedAt: string;
  recipient: string;
};

export const fields = {
  contactName: "name",
  url: "url",
  lifetime: "words",
  askedIn: "name",
  askedAt: "words",
  recipient: "address",
} as const satisfies Fields<ResetPasswordValues>;

export const subject = (agency: string) => `Choose a new password for ${agency}`;

export const previewProps: ResetPasswordValues = {
  contactName: "Maya",
  url: "https://clients.haldenrye.example/l/3hTz9bN4yLc63hTz9bN4yLc63hTz9bN4yLc63hTz9bN",
  lifetime: "30 minutes",
  askedIn: "Firefox on Linux",
  askedAt: "Monday 23 November, 09:04 GMT",
  recipient: "maya@brightwater.example",
};

export function Template({ brand, ...values }: TemplateProps<ResetPasswordValues>) {
  return (
    <Layout
      brand={brand}
      title={subject(brand.name)}
      preview="Use the button to choose a new password."
      heading="Choose a new password"
      why={
        <>
          Sent to {values.recipient} because a new password was asked for on the portal of {brand.name}.
        </>
      }
    >
      <Paragraph>{values.contactName ? `Hi ${values.contactName},` : "Hello,"}</Paragraph>
      <Paragraph>
        Use the button to choose a new password for your client portal. You are then signed out everywhere else.
      </Paragraph>
      <CtaButton brand={brand} href={values.url}>
        Choose a new password
      </CtaButton>
      <Note>
        It works once, for <b>{values.lifetime}</b>.
      </Note>
      <Closing brand={brand} url={values.url}>
        Asked for on {values.askedAt}
        {values.askedIn && `, in ${values.askedIn}`}. If it was not you, ignore this email: your password stays as it
        is.
      </Closing>
    </Layout>
  );
}
