// One kept e-mail: its headers, its HTML in a frame, its text, and its links to click.
import { dev } from "../../src/paths.ts";
import { Facts } from "../ui/facts.tsx";
import { momentText } from "../ui/moment.tsx";
import { Crumbs, PageHead } from "../ui/page-head.tsx";
import { Panel } from "../ui/panel.tsx";
import { DevLayout } from "./dev.layout.tsx";
import { MailFrame, MailText } from "./mail-parts.tsx";

export type MailPageProps = {
  id: string;
  at: Date;
  to: string;
  subject: string;
  headers: readonly { name: string; value: string }[];
  text: string;
  hasHtml: boolean;
  links: readonly string[];
};

function Links({ links }: { links: readonly string[] }) {
  return (
    <ul class="stack stack--2">
      {links.map((link) => (
        <li class="break">
          <a href={link}>{link}</a>
        </li>
      ))}
    </ul>
  );
}

export function MailPage(mail: MailPageProps) {
  const headers = mail.headers.map(({ name, value }) => ({ name, value: <span class="mono break">{value}</span> }));
  return (
    <DevLayout title={mail.subject || "No subject"} current="Mail">
      <Crumbs links={[{ href: dev.mails(), label: "Mail" }]} current={mail.subject || "No subject"} />
      <PageHead title={mail.subject || "No subject"} lead={`To ${mail.to}. ${momentText(mail.at)} UTC.`} />
      {mail.links.length > 0 && (
        <Panel id="links" title="Links">
          <Links links={mail.links} />
        </Panel>
      )}
      {mail.hasHtml && (
        <Panel id="html" title="HTML">
          <MailFrame src={dev.mailHtml(mail.id)} title="The email as HTML" />
        </Panel>
      )}
      <Panel id="text" title="Text">
        <MailText text={mail.text} />
      </Panel>
      <Panel id="headers" title="Headers">
        <Facts facts={headers} />
      </Panel>
    </DevLayout>
  );
}
