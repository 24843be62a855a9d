/** @jsxImportSource react */
// Tells a contact's old address that the account now has another one. It carries no link: there is nothing to confirm.

import { Closing, Layout, Note, Paragraph } from "./layout.tsx";
import type { Fields, TemplateProps } from "./types.ts";

export type EmailChangedValues = {
  contactName: string | null;
  /** The new address, masked (`m•••@brightwater.example`): the old mailbox may be in other hands. */
  newAddress: string;
  /** When it was changed, from `untilMoment()`. */
  changedAt: string;
  recipient: string;
};

export const fields = {
  contactName: "name",
  newAddress: "words",
  changedAt: "words",
  recipient: "address",
} as const satisfies Fields<EmailChangedValues>;

export const subject = (agency: string) => `Your email address for ${agency} was changed`;

export const previewProps: EmailChangedValues = {
  contactName: "Maya",
  newAddress: "m•••@brightwater.example",
  changedAt: "Monday 23 November, 09:04 GMT",
  recipient: "maya@brightwater.example",
};

export function Template({ brand, ...values }: TemplateProps<EmailChangedValues>) {
  return (
    <Layout
      brand={brand}
      title={subject(brand.name)}
      preview="This address no longer signs in."
      heading="Your email address was changed"
      why={
        <>
          Sent to {values.recipient} because it was the address of your account with {brand.name}.
        </>
      }
    >
      <Paragraph>{values.contactName ? `Hi ${values.contactName},` : "Hello,"}</Paragraph>
      <Paragraph>
        You now sign in to the portal of {brand.name} with <b>{values.newAddress}</b>. Links sent to this address no
        longer work.
      </Paragraph>
      <Note>Changed on {values.changedAt}.</Note>
      <Closing brand={brand}>If it was not you, tell {brand.name} at once.</Closing>
    </Layout>
  );
}
