/** @jsxImportSource react */
// A member's test of the domain that the agency sends from.

import { Closing, Layout, Note, Paragraph } from "./layout.tsx";
import type { Fields, TemplateProps } from "./types.ts";

export type SendingTestValues = {
  memberName: string | null;
  /** The address that it was sent from. */
  from: string;
  /** When it was sent, from `untilMoment()`. */
  sentAt: string;
  recipient: string;
};

export const fields = {
  memberName: "name",
  from: "address",
  sentAt: "words",
  recipient: "address",
} as const satisfies Fields<SendingTestValues>;

export const subject = (agency: string) => `Test mail from ${agency}`;

export const previewProps: SendingTestValues = {
  memberName: "Ingrid Rye",
  from: "hello@haldenrye.example",
  sentAt: "Monday 23 November, 09:04 GMT",
  recipient: "ingrid@haldenrye.example",
};

export function Template({ brand, ...values }: TemplateProps<SendingTestValues>) {
  return (
    <Layout
      brand={brand}
      title={subject(brand.name)}
      preview="This is how mail to your clients arrives."
      heading="This is a test"
      why={
        <>
          Sent to {values.recipient} because you asked for a test mail from {brand.name}.
        </>
      }
    >
      <Paragraph>{values.memberName ? `Hi ${values.memberName},` : "Hello,"}</Paragraph>
      <Paragraph>
        This is how mail to your clients arrives. It was sent from <b>{values.from}</b>.
      </Paragraph>
      <Note>Sent on {values.sentAt}. The dashboard shows how it was judged when it left.</Note>
      <Closing brand={brand}>
        What your own mail server made of it stands in the message’s header Authentication-Results.
      </Closing>
    </Layout>
  );
}
