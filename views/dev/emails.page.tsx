// Every e-mail template, with values made up for looking at it.
import { dev } from "../../src/paths.ts";
import { PageHead } from "../ui/page-head.tsx";
import { Panel } from "../ui/panel.tsx";
import { DevLayout } from "./dev.layout.tsx";
import { MailFrame, MailText } from "./mail-parts.tsx";

export type EmailPreview = { kind: string; subject: string; text: string };

export function EmailsPage({ emails }: { emails: readonly EmailPreview[] }) {
  return (
    <DevLayout title="Emails" current="Emails">
      <PageHead title="Emails" lead="Every template as HTML and as text, with values made up for this page." />
      {emails.map(({ kind, subject, text }) => (
        <Panel id={kind} title={kind} lead={subject}>
          <div class="stack stack--6">
            <MailFrame src={dev.emailHtml(kind)} title={`${kind} as HTML`} lazy />
            <MailText text={text} />
          </div>
        </Panel>
      ))}
    </DevLayout>
  );
}
