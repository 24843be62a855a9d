/** @jsxImportSource react */
// Greets the owner of a new agency with the two addresses worth keeping; it speaks for the platform.

import { CtaButton } from "./cta-button.tsx";
import { Closing, Layout, Note, Paragraph } from "./layout.tsx";
import type { Fields, TemplateProps } from "./types.ts";

export type MemberWelcomeValues = {
  memberName: string | null;
  agencyName: string;
  /** The agency's dashboard. */
  url: string;
  /** The agency's portal URL, as words to read. */
  portalUrl: string;
  recipient: string;
};

export const fields = {
  memberName: "name",
  agencyName: "name",
  url: "url",
  portalUrl: "words",
  recipient: "address",
} as const satisfies Fields<MemberWelcomeValues>;

export const subject = (platform: string) => `Your agency is ready on ${platform}`;

export const previewProps: MemberWelcomeValues = {
  memberName: "Ingrid Rye",
  agencyName: "Halden & Rye",
  url: "https://app.portico.example/halden-rye",
  portalUrl: "https://halden-rye.portal.example",
  recipient: "ingrid@haldenrye.example",
};

export function Template({ brand, ...values }: TemplateProps<MemberWelcomeValues>) {
  return (
    <Layout
      brand={brand}
      title={subject(brand.name)}
      preview="Invite your first client when you are ready."
      heading="Your agency is ready"
      why={
        <>
          Sent to {values.recipient} because an agency was made with this address on {brand.name}.
        </>
      }
    >
      <Paragraph>{values.memberName ? `Hi ${values.memberName},` : "Hello,"}</Paragraph>
      <Paragraph>{values.agencyName} now has a client portal. Invite your first client from the dashboard.</Paragraph>
      <CtaButton brand={brand} href={values.url}>
        Open the dashboard
      </CtaButton>
      <Note>
        Your clients sign in at <b>{values.portalUrl}</b>.
      </Note>
      <Closing brand={brand} url={values.url}>
        If it was not you, ignore this email.
      </Closing>
    </Layout>
  );
}
