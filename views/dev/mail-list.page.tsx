// The mail that was kept instead of sent, newest first.
import { dev } from "../../src/paths.ts";
import { Button } from "../ui/button.tsx";
import { Empty } from "../ui/empty.tsx";
import { Moment } from "../ui/moment.tsx";
import { PageHead } from "../ui/page-head.tsx";
import { Panel } from "../ui/panel.tsx";
import { Search } from "../ui/search.tsx";
import { Table } from "../ui/table.tsx";
import { DevLayout } from "./dev.layout.tsx";

export type KeptMail = { id: string; at: Date; to: string; from: string; subject: string };

export type MailsPageProps = {
  mails: readonly KeptMail[];
  /** The part of an address that the list is searched for. */
  to: string;
  /** A relay is configured, so new mail is sent and does not come here. */
  sending: boolean;
};

function Row({ mail }: { mail: KeptMail }) {
  return (
    <tr>
      <td>
        <a href={dev.mail(mail.id)}>{mail.subject || "No subject"}</a>
      </td>
      <td class="nowrap">
        <Moment at={mail.at} />
      </td>
      <td class="break">{mail.to}</td>
      <td class="break only-wide">{mail.from}</td>
    </tr>
  );
}

const head = ["Subject", "Time", "To", "From"].map((label) => <th scope="col">{label}</th>);

function Nothing({ to, sending }: { to: string; sending: boolean }) {
  if (to) return <Empty title="No mail to this address" text="The search looks for any part of the recipient." />;
  if (sending)
    return <Empty title="Mail is sent" text="SMTP_URL is set, so mail goes to that server and none is kept here." />;
  return <Empty title="No mail yet" text="Invite a contact, and the email is kept here instead of being sent." />;
}

export function MailsPage({ mails, to, sending }: MailsPageProps) {
  return (
    <DevLayout title="Mail" current="Mail">
      <PageHead title="Mail" lead="Every email that was kept instead of sent, newest first." />
      <Panel id="mails" label="Mail" bare>
        <form class="toolbar" action={dev.mails()} method="get" role="search">
          <Search name="to" value={to} label="Recipient" placeholder="Recipient" />
          <Button type="submit">Search</Button>
        </form>
        {mails.length > 0 ? (
          <Table caption="Kept mail" kind="cards" head={head}>
            {mails.map((mail) => (
              <Row mail={mail} />
            ))}
          </Table>
        ) : (
          <Nothing to={to} sending={sending} />
        )}
      </Panel>
    </DevLayout>
  );
}
