/** @jsxImportSource react */
// Signs a contact in with one button; sent by a member. It carries no code: nobody is waiting in a browser for one.

import { CtaButton } from "./cta-button.tsx";
import { Closing, Layout, Note, Paragraph } from "./layout.tsx";
import type { Fields, TemplateProps } from "./types.ts";

export type LoginEmailValues = {
  contactName: string | null;
  /** The member who sends; his address is the reply address. */
  memberName: string | null;
  url: string;
  /** When the link ends, from `until()`. */
  until: string;
  recipient: string;
};

export const fields = {
  contactName: "name",
  memberName: "name",
  url: "url",
  until: "words",
  recipient: "address",
} as const satisfies Fields<LoginEmailValues>;

export const subject = (agency: string) => `Your sign-in button for ${agency}`;

export const previewProps: LoginEmailValues = {
  contactName: "Maya",
  memberName: "Ingrid Rye",
  url: "https://clients.haldenrye.example/l/8fKq2vT1xWm78fKq2vT1xWm78fKq2vT1xWm78fKq2vT",
  until: "Tuesday 24 November, 09:04 GMT",
  recipient: "maya@brightwater.example",
};

export function Template({ brand, ...values }: TemplateProps<LoginEmailValues>) {
  return (
    <Layout
      brand={brand}
      title={subject(brand.name)}
      preview="One button, no password needed."
      heading="Sign in to your client portal"
      why={
        <>
          Sent to {values.recipient} because you are a client of {brand.name}.
        </>
      }
    >
      <Paragraph>{values.contactName ? `Hi ${values.contactName},` : "Hello,"}</Paragraph>
      <Paragraph>Use the button to go straight in. You do not need your password.</Paragraph>
      <CtaButton brand={brand} href={values.url}>
        {`Sign in to ${brand.name}`}
      </CtaButton>
      <Note>
        It works once, until <b>{values.until}</b>. Keep this email to yourself: the button signs in as you.
      </Note>
      <Closing brand={brand} url={values.url}>
        {values.memberName
          ? `Sent by ${values.memberName}. If you did not expect it, reply and tell us.`
          : "Did not expect this? You can ignore it: nothing happens until someone uses the button."}
      </Closing>
    </Layout>
  );
}
