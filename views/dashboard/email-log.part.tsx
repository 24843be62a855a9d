// The email log's table: to whom, what, what became of it, and what can be done about it.
import type { LoggedEmail } from "../../src/models/email-log.ts";
import { app } from "../../src/paths.ts";
import { Avatar } from "../ui/avatar.tsx";
import { Button, ButtonLink } from "../ui/button.tsx";
import { Empty } from "../ui/empty.tsx";
import { FormToken } from "../ui/form-token.tsx";
import { Moment } from "../ui/moment.tsx";
import { EmailStatus } from "../ui/status.tsx";
import { ActionsHead, Pager, Table } from "../ui/table.tsx";
import { emailWords } from "./activity-words.tsx";
import { opensDialog } from "./contacts-view.ts";
import { type EmailLogView, logPath, swapsLog } from "./email-log-view.ts";

type RowProps = Pick<EmailLogView, "slug" | "zone" | "mayAct"> & { email: LoggedEmail };

const nameIn = ({ name, to }: LoggedEmail) => name || to;

/** A button that acts on one e-mail; the answer takes the place of `target`. */
export function EmailAction(props: { action: string; target: string; label: string; about: string; small?: boolean }) {
  const { action, target, label, about, small } = props;
  return (
    <form method="post" action={action} hx-post={action} hx-target={`#${target}`} hx-swap="outerHTML">
      <FormToken />
      <input type="hidden" name="from" value="log" />
      <Button type="submit" small={small} about={about}>
        {label}
      </Button>
    </form>
  );
}

function Act({ slug, email }: RowProps) {
  const target = `email-row-${email.id}`;
  const about = `${emailWords[email.kind].toLowerCase()} to ${nameIn(email)}`;
  const fix = email.fixable && email.contactId && app.contactAddress(slug, email.contactId);
  return (
    <>
      {fix && (
        <ButtonLink small href={fix} about={`of ${nameIn(email)}`} {...opensDialog(fix)}>
          Fix address
        </ButtonLink>
      )}
      {email.retryable && (
        <EmailAction action={app.emailRetry(slug, email.id)} target={target} label="Retry" about={about} small />
      )}
      {email.waits && (
        <EmailAction
          action={app.emailCancellation(slug, email.id)}
          target={target}
          label="Cancel"
          about={about}
          small
        />
      )}
    </>
  );
}

function Who({ slug, email }: RowProps) {
  return (
    <div class="who">
      <Avatar name={nameIn(email)} />
      <span>
        {email.contactId ? <a href={app.contact(slug, email.contactId)}>{nameIn(email)}</a> : email.to}
        {email.name && <small>{email.to}</small>}
      </span>
    </div>
  );
}

export function EmailLogRow(props: RowProps) {
  const { slug, zone, mayAct, email } = props;
  return (
    <tr id={`email-row-${email.id}`}>
      <td>
        <Who {...props} />
      </td>
      <td data-label="Email">{emailWords[email.kind]}</td>
      <td data-label="Status">
        <div>
          <EmailStatus state={email.status} />
          {email.reason && <span class="hint"> · {email.reason}</span>}
        </div>
      </td>
      <td data-label="Queued" class="dim">
        <Moment at={email.at} zone={zone} />
      </td>
      <td class="cell-actions" data-corner="">
        <div class="row">
          {mayAct && <Act {...props} />}
          <ButtonLink
            small
            variant="quiet"
            href={app.loggedEmail(slug, email.id)}
            about={`${emailWords[email.kind].toLowerCase()} to ${nameIn(email)}`}
          >
            View
          </ButtonLink>
        </div>
      </td>
    </tr>
  );
}

const isNarrowed = ({ filter }: EmailLogView) => Object.values(filter).some(Boolean);

function Nothing(props: EmailLogView) {
  if (!isNarrowed(props))
    return <Empty title="No emails yet" text="Every invite, login email and password reset appears here." />;
  return (
    <Empty title="No emails found" text="Nothing matches this filter.">
      <ButtonLink href={app.emailLog(props.slug)}>Show all emails</ButtonLink>
    </Empty>
  );
}

export function EmailLogPart(props: EmailLogView) {
  const { slug, filter, log } = props;
  const pages = {
    ...(log.previous ? { previous: logPath(slug, filter, { before: log.previous }) } : {}),
    ...(log.next ? { next: logPath(slug, filter, { after: log.next }) } : {}),
  };
  return (
    <div id="email-log">
      {log.emails.length === 0 ? (
        <Nothing {...props} />
      ) : (
        <>
          <Table
            kind="cards"
            caption="Emails, newest first"
            head={
              <>
                <th scope="col">To</th>
                <th scope="col">Email</th>
                <th scope="col">Status</th>
                <th scope="col">Queued</th>
                <ActionsHead />
              </>
            }
          >
            {log.emails.map((email) => (
              <EmailLogRow {...props} email={email} />
            ))}
          </Table>
          <Pager
            label="Pages of emails"
            range={log.emails.length === 1 ? "1 email" : `${log.emails.length} emails`}
            {...pages}
            target={swapsLog["hx-target"]}
            hx-swap={swapsLog["hx-swap"]}
          />
        </>
      )}
    </div>
  );
}
