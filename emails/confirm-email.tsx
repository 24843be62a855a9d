/** @jsxImportSource react */
// Goes to a contact's new address, to prove that the contact reads mail there.

import { CtaButton } from "./cta-button.tsx";
import { Closing, Layout, Note, Paragraph } from "./layout.tsx";
import type { Fields, TemplateProps } from "./types.ts";

export type ConfirmEmailValues = {
  contactName: string | null;
  url: string;
  /** How long the button works, from `lifetime()`. */
  lifetime: string;
  recipient: string;
};

export const fields = {
  contactName: "name",
  url: "url",
  lifetime: "words",
  recipient: "address",
} as const satisfies Fields<ConfirmEmailValues>;

export const subject = (agency: string) => `Confirm your new email address for ${agency}`;

export const previewProps: ConfirmEmailValues = {
  contactName: "Maya",
  url: "https://clients.haldenrye.example/l/6dRp1sV8uJa26dRp1sV8uJa26dRp1sV8uJa26dRp1sV",
  lifetime: "60 minutes",
  recipient: "maya.lind@brightwater.example",
};

export function Template({ brand, ...values }: TemplateProps<ConfirmEmailValues>) {
  return (
    <Layout
      brand={brand}
      title={subject(brand.name)}
      preview="The address changes once you confirm it."
      heading="Confirm your new email address"
      why={
        <>
          Sent to {values.recipient} because this address was entered on the portal of {brand.name}.
        </>
      }
    >
      <Paragraph>{values.contactName ? `Hi ${values.contactName},` : "Hello,"}</Paragraph>
      <Paragraph>
        Use the button to sign in to the portal of {brand.name} with {values.recipient} from now on.
      </Paragraph>
      <CtaButton brand={brand} href={values.url}>
        Confirm this address
      </CtaButton>
      <Note>
        It works once, for <b>{values.lifetime}</b>. You are then signed out everywhere else.
      </Note>
      <Closing brand={brand} url={values.url}>
        If it was not you, ignore this email: nothing changes.
      </Closing>
    </Layout>
  );
}
