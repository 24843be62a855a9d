/** @jsxImportSource react */
// Asks a contact to join the agency's portal; sent by a member.

import { CtaButton } from "./cta-button.tsx";
import { Closing, Layout, Note, Paragraph, Quote } from "./layout.tsx";
import type { Fields, TemplateProps } from "./types.ts";

export type InviteValues = {
  contactName: string | null;
  company: string | null;
  /** The member who sends; named beside the personal message. */
  memberName: string | null;
  /** The member's own words, plain text. */
  message: string | null;
  url: string;
  /** When the link ends, from `until()`. */
  until: string;
  recipient: string;
};

export const fields = {
  contactName: "name",
  company: "name",
  memberName: "name",
  message: "message",
  url: "url",
  until: "words",
  recipient: "address",
} as const satisfies Fields<InviteValues>;

export const subject = (agency: string) => `${agency} invited you to your client portal`;

export const previewProps: InviteValues = {
  contactName: "Maya",
  company: "Brightwater Foods",
  memberName: "Ingrid Rye",
  message: "It takes a minute to set up.\nYou can always reply to this email if you get stuck.",
  url: "https://clients.haldenrye.example/l/Qm7Xw1vK2f8TQm7Xw1vK2f8TQm7Xw1vK2f8TQm7Xw1v",
  until: "Tuesday 8 December",
  recipient: "maya@brightwater.example",
};

export function Template({ brand, ...values }: TemplateProps<InviteValues>) {
  return (
    <Layout
      brand={brand}
      title={subject(brand.name)}
      preview="Reports, invoices and files, in one place."
      heading="Your client portal is ready"
      why={
        <>
          Sent to {values.recipient} because you are a client of {brand.name}.
        </>
      }
    >
      <Paragraph>{values.contactName ? `Hi ${values.contactName},` : "Hello,"}</Paragraph>
      <Paragraph>
        {brand.name} has set up a client portal for {values.company ?? "you"}. Your reports, invoices and shared files
        are there.
      </Paragraph>
      {values.message && (
        <Paragraph>
          <Quote>
            “{values.message}” {values.memberName}
          </Quote>
        </Paragraph>
      )}
      <CtaButton brand={brand} href={values.url}>
        Accept the invite
      </CtaButton>
      <Note>
        The button works until <b>{values.until}</b>. After that you can open it and ask for a new one.
      </Note>
      <Closing brand={brand} url={values.url}>
        {values.memberName && <>Sent by {values.memberName}. </>}
        Did not expect this? You can ignore it: nothing happens until someone accepts.
      </Closing>
    </Layout>
  );
}
