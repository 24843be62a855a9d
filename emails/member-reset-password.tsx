/** @jsxImportSource react */
// Lets a member choose a new password for the dashboard; it speaks for the platform, not for an agency.

import { CtaButton } from "./cta-button.tsx";
import { Closing, Layout, Note, Paragraph } from "./layout.tsx";
import type { Fields, TemplateProps } from "./types.ts";

export type MemberResetPasswordValues = {
  memberName: string | null;
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
  memberName: "name",
  url: "url",
  lifetime: "words",
  askedIn: "name",
  askedAt: "words",
  recipient: "address",
} as const satisfies Fields<MemberResetPasswordValues>;

export const subject = (platform: string) => `Choose a new password for ${platform}`;

export const previewProps: MemberResetPasswordValues = {
  memberName: "Ingrid Rye",
  url: "https://app.portico.example/reset-password/5cWg7kM2oEi95cWg7kM2oEi95cWg7kM2oEi95cWg7kM",
  lifetime: "30 minutes",
  askedIn: "Firefox on Linux",
  askedAt: "Monday 23 November, 09:04 GMT",
  recipient: "ingrid@haldenrye.example",
};

export function Template({ brand, ...values }: TemplateProps<MemberResetPasswordValues>) {
  return (
    <Layout
      brand={brand}
      title={subject(brand.name)}
      preview="Use the button to choose a new password."
      heading="Choose a new password"
      why={
        <>
          Sent to {values.recipient} because a new password was asked for on {brand.name}.
        </>
      }
    >
      <Paragraph>{values.memberName ? `Hi ${values.memberName},` : "Hello,"}</Paragraph>
      <Paragraph>Use the button to choose a new password. You are then signed out everywhere else.</Paragraph>
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
