// How far a batch of e-mails has come; asks again by itself until there is nothing left to wait for.
import type { Batch, BatchEmail } from "../../src/models/email-batches.ts";
import { app } from "../../src/paths.ts";
import { Button, ButtonLink } from "../ui/button.tsx";
import { Callout } from "../ui/callout.tsx";
import { FormToken } from "../ui/form-token.tsx";
import { Progress, Tally } from "../ui/progress.tsx";
import { Row, Rows } from "../ui/rows.tsx";
import { EmailStatus } from "../ui/status.tsx";
import { counted } from "./people-words.ts";

export type BulkProgressProps = { slug: string; batch: Batch };

const waitingOf = ({ counts }: Batch) => counts.queued + counts.sending;

/** "About 12 seconds left", or nothing while there is no pace to go by. */
function timeLeft({ secondsLeft, counts }: Batch): string | undefined {
  if (secondsLeft === undefined) return counts.delayed > 0 ? `${counts.delayed} will be tried again` : undefined;
  if (secondsLeft < 90) return `About ${counted(secondsLeft, "second")} left`;
  const minutes = Math.round(secondsLeft / 60);
  return minutes < 90 ? `About ${minutes} minutes left` : `About ${counted(Math.round(minutes / 60), "hour")} left`;
}

function tallyOf({ counts }: Batch) {
  const failed = counts.failed + counts.bounced + counts.suppressed;
  return [
    { label: <EmailStatus state="queued" />, value: counts.queued, always: true },
    { label: <EmailStatus state="sending" />, value: counts.sending },
    { label: <EmailStatus state="sent" />, value: counts.sent, always: true },
    { label: <EmailStatus state="delayed" />, value: counts.delayed },
    { label: <EmailStatus state="failed" />, value: failed, always: true },
    { label: <EmailStatus state="cancelled" />, value: counts.cancelled },
  ].filter(({ value, always }) => always || value > 0);
}

function Retry({ slug, batch, email }: BulkProgressProps & { email: BatchEmail }) {
  const name = email.name || email.to;
  if (email.dead && email.contactId)
    return (
      <ButtonLink small href={app.contact(slug, email.contactId)} about={`of ${name}`}>
        Fix address
      </ButtonLink>
    );
  const href = app.emailRetry(slug, email.id);
  return (
    <form method="post" action={href} hx-post={href} hx-target="#bulk-progress" hx-swap="outerHTML">
      <FormToken />
      <input type="hidden" name="batch" value={batch.id} />
      <Button small type="submit" about={name}>
        Retry
      </Button>
    </form>
  );
}

const broken = new Set<BatchEmail["status"]>(["failed", "bounced", "suppressed"]);

function Line(props: BulkProgressProps & { email: BatchEmail }) {
  const { slug, email } = props;
  const failed = broken.has(email.status);
  const address = email.name ? email.to : undefined;
  return (
    <Row
      id={`email-${email.id}`}
      person={email.name || email.to}
      title={email.contactId ? <a href={app.contact(slug, email.contactId)}>{email.name || email.to}</a> : email.to}
      text={failed || email.status === "delayed" ? [email.reason, address].filter(Boolean).join(" ") : address}
    >
      {failed ? <Retry {...props} /> : <EmailStatus state={email.status} />}
    </Row>
  );
}

export function BulkProgress(props: BulkProgressProps) {
  const { slug, batch } = props;
  const waiting = waitingOf(batch);
  // What is delayed comes back in minutes: asking for it every two seconds would be a waste.
  const paused = batch.pausedAt !== null && batch.counts.sending === 0;
  const trigger = paused ? undefined : waiting > 0 ? "every 2s" : batch.counts.delayed > 0 ? "every 20s" : undefined;
  const asks = trigger
    ? { "hx-get": app.emailBatch(slug, batch.id), "hx-trigger": trigger, "hx-swap": "outerMorph" }
    : {};
  const done = batch.total - waiting - batch.counts.delayed;
  const left = batch.total - batch.emails.length;
  return (
    <div class="stack stack--5" id="bulk-progress" {...asks}>
      {batch.pausedReason && waiting + batch.counts.delayed > 0 && (
        <Callout tone="wait">{`Sending is paused: ${batch.pausedReason} Emails wait until it goes on.`}</Callout>
      )}
      {batch.pausedAt && <Callout tone="wait">This batch is paused. What is left waits until it is resumed.</Callout>}
      <Progress id="bulk-bar-progress" done={done} of={batch.total} note={timeLeft(batch)} />
      <Tally items={tallyOf(batch)} />
      <Rows>
        {batch.emails.map((email) => (
          <Line {...props} email={email} />
        ))}
      </Rows>
      {left > 0 && <p class="small muted">{`and ${left} more`}</p>}
      {trigger && (
        <noscript>
          <p>
            <a href={app.emailBatch(slug, batch.id)}>Refresh</a>
          </p>
        </noscript>
      )}
    </div>
  );
}

/** The buttons at the dialog's foot that come and go with the progress. */
export function BulkActions({ slug, batch }: BulkProgressProps) {
  const queued = batch.counts.queued + batch.counts.delayed;
  const stop = app.emailBatchStop(slug, batch.id);
  const retry = app.emailBatchRetries(slug, batch.id);
  const pause = batch.pausedAt ? app.emailBatchResumption(slug, batch.id) : app.emailBatchPause(slug, batch.id);
  return (
    <>
      {queued > 0 && !batch.stoppedAt && (
        <form method="post" action={pause} hx-post={pause} hx-target="#bulk-progress" hx-swap="outerHTML">
          <FormToken />
          <Button type="submit" variant="quiet">
            {batch.pausedAt ? "Resume" : "Pause"}
          </Button>
        </form>
      )}
      {queued > 0 && (
        <form
          method="post"
          action={stop}
          hx-post={stop}
          hx-target="#bulk-progress"
          hx-swap="outerHTML"
          hx-confirm={`Stop the ${counted(queued, "email")} that ${queued === 1 ? "is" : "are"} still queued? What was sent stays sent.`}
        >
          <FormToken />
          <Button type="submit" variant="quiet" data-confirm-action="Stop sending">
            Stop sending
          </Button>
        </form>
      )}
      {batch.failed > 0 && (
        <form method="post" action={retry} hx-post={retry} hx-target="#bulk-progress" hx-swap="outerHTML">
          <FormToken />
          <Button type="submit" icon="refresh">{`Retry ${batch.failed} failed`}</Button>
        </form>
      )}
    </>
  );
}

/** What a poll or an action on the batch sends: the progress, and the buttons beside it. */
export function BulkProgressReply(props: BulkProgressProps) {
  return (
    <>
      <BulkProgress {...props} />
      <hx-partial hx-target="#bulk-actions" hx-swap="innerHTML">
        <BulkActions {...props} />
      </hx-partial>
    </>
  );
}
