/** @jsxImportSource react */
// Tells somebody that he is on an agency's team, with a link to his first password when he has none; it speaks for the platform.

import { CtaButton } from "./cta-button.tsx";
import { Closing, Layout, Note, Paragraph } from "./layout.tsx";
import type { Fields, TemplateProps } from "./types.ts";

export type MemberInviteValues = {
  memberName: string | null;
  agencyName: string;
  /** Who asked him in; null when that person is gone. */
  invitedBy: string | null;
  /** Where a password is chosen, or the agency's dashboard for somebody who has one. */
  url: string;
  /** How long the button works, from `lifetime()`; null when it leads to the dashboard. */
  lifetime: string | null;
  recipient: string;
};

export const fields = {
  memberName: "name",
  agencyName: "name",
  invitedBy: "name",
  url: "url",
  lifetime: "words",
  recipient: "address",
} as const satisfies Fields<MemberInviteValues>;

export const subject = (platform: string) => `Your place on a team at ${platform}`;

export const previewProps: MemberInviteValues = {
  memberName: "Tuva Berg",
  agencyName: "Halden & Rye",
  invitedBy: "Ingrid Rye",
  url: "https://app.portico.example/reset-password/5cWg7kM2oEi95cWg7kM2oEi95cWg7kM2oEi95cWg7kM",
  lifetime: "7 days",
  recipient: "tuva@haldenrye.example",
};

export function Template({ brand, ...values }: TemplateProps<MemberInviteValues>) {
  return (
    <Layout
      brand={brand}
      title={subject(brand.name)}
      preview={`You can now work in the dashboard of ${values.agencyName}.`}
      heading="You are on the team"
      why={
        <>
          Sent to {values.recipient} because {values.agencyName} added this address to its team on {brand.name}.
        </>
      }
    >
      <Paragraph>{values.memberName ? `Hi ${values.memberName},` : "Hello,"}</Paragraph>
      <Paragraph>
        You can now work in the dashboard of {values.agencyName}: its clients, who was invited and who has joined.
      </Paragraph>
      {values.invitedBy && <Paragraph>You were added by {values.invitedBy}.</Paragraph>}
      <CtaButton brand={brand} href={values.url}>
        Go to the dashboard
      </CtaButton>
      {values.lifetime && (
        <Note>
          You choose a password first. The button works once, for <b>{values.lifetime}</b>.
        </Note>
      )}
      <Closing brand={brand} url={values.url}>
        If you do not know {values.agencyName}, ignore this email.
      </Closing>
    </Layout>
  );
}
