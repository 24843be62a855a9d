/** @jsxImportSource react */
// The link, and the code for the browser that asked, that a contact asked for on the sign-in page.

import { CtaButton } from "./cta-button.tsx";
import { Closing, Code, Layout, Note, Paragraph } from "./layout.tsx";
import type { Fields, TemplateProps } from "./types.ts";

export type SignInLinkValues = {
  contactName: string | null;
  url: string;
  /** How long the button works, from `lifetime()`. */
  lifetime: string;
  /** Six digits for the browser that asked; null when none was made. */
  code: string | null;
  /** How long the code works, from `lifetime()`; null without a code. */
  codeLifetime: string | null;
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
  code: "code",
  codeLifetime: "words",
  askedIn: "name",
  askedAt: "words",
  recipient: "address",
} as const satisfies Fields<SignInLinkValues>;

export const subject = (agency: string) => `Your sign-in link for ${agency}`;

export const previewProps: SignInLinkValues = {
  contactName: "Maya",
  url: "https://clients.haldenrye.example/l/8fKq2vT1xWm78fKq2vT1xWm78fKq2vT1xWm78fKq2vT",
  lifetime: "30 minutes",
  code: "418203",
  codeLifetime: "10 minutes",
  askedIn: "Firefox on Linux",
  askedAt: "Monday 23 November, 09:04 GMT",
  recipient: "maya@brightwater.example",
};

export function Template({ brand, ...values }: TemplateProps<SignInLinkValues>) {
  return (
    <Layout
      brand={brand}
      title={subject(brand.name)}
      preview="One button, no password needed."
      heading="Sign in to your client portal"
      why={
        <>
          Sent to {values.recipient} because a sign-in link was asked for on the portal of {brand.name}.
        </>
      }
    >
      <Paragraph>{values.contactName ? `Hi ${values.contactName},` : "Hello,"}</Paragraph>
      <Paragraph>Here is the link you asked for. Use the button to go straight in.</Paragraph>
      <CtaButton brand={brand} href={values.url}>
        {`Sign in to ${brand.name}`}
      </CtaButton>
      <Note>
        It works once, for <b>{values.lifetime}</b>. Keep this email to yourself: the button signs in as you.
      </Note>
      {values.code && (
        <>
          <Paragraph>Or type this code in the browser where you asked:</Paragraph>
          <Code>{values.code}</Code>
          <Note>
            The code works for <b>{values.codeLifetime}</b>. Nobody from {brand.name} will ask you for it.
          </Note>
        </>
      )}
      <Closing brand={brand} url={values.url}>
        Asked for on {values.askedAt}
        {values.askedIn && `, in ${values.askedIn}`}. If it was not you, ignore this email: nobody gets in without it.
      </Closing>
    </Layout>
  );
}
