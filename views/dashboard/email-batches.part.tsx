// The newest batches: how far each has come, and letting it wait, go on or end.
import type { ListedBatch } from "../../src/models/email-batches.ts";
import { app } from "../../src/paths.ts";
import { Badge } from "../ui/badge.tsx";
import { Button, ButtonLink } from "../ui/button.tsx";
import { FormToken } from "../ui/form-token.tsx";
import { momentText } from "../ui/moment.tsx";
import { Panel } from "../ui/panel.tsx";
import { Row, Rows } from "../ui/rows.tsx";
import { counted } from "./people-words.ts";

type BatchesProps = { slug: string; zone: string; mayAct: boolean; batches: readonly ListedBatch[] };
type LineProps = Omit<BatchesProps, "batches"> & { batch: ListedBatch };

const titleOf = ({ kind, total }: ListedBatch) =>
  kind === "invite" ? counted(total, "invite") : counted(total, "login email");

function wordsOf({ batch, zone }: LineProps): string {
  const { sent, failed, waiting, cancelled, memberName, createdAt } = batch;
  const parts = [
    `${sent} sent`,
    waiting > 0 && `${waiting} to go`,
    failed > 0 && `${failed} failed`,
    cancelled > 0 && `${cancelled} cancelled`,
    momentText(createdAt, { zone }),
    memberName && `by ${memberName}`,
  ];
  return parts.filter(Boolean).join(" · ");
}

function Act({ slug, batch }: LineProps) {
  const { id, pausedAt } = batch;
  const action = pausedAt ? app.emailBatchResumption(slug, id) : app.emailBatchPause(slug, id);
  return (
    <form method="post" action={action} hx-post={action} hx-target="#email-batches" hx-swap="outerMorph">
      <FormToken />
      <input type="hidden" name="from" value="log" />
      <Button type="submit" small about={titleOf(batch)}>
        {pausedAt ? "Resume" : "Pause"}
      </Button>
    </form>
  );
}

function Line(props: LineProps) {
  const { slug, batch, mayAct } = props;
  return (
    <Row
      icon="mail"
      title={<a href={app.emailLog(slug, { batch: batch.id })}>{titleOf(batch)}</a>}
      beside={batch.pausedAt ? <Badge tone="wait">Paused</Badge> : undefined}
      text={wordsOf(props)}
    >
      {mayAct && (
        <div class="row">
          {batch.waiting > 0 && !batch.stoppedAt && <Act {...props} />}
          <ButtonLink small variant="quiet" href={app.emailBatch(slug, batch.id)} about={titleOf(batch)}>
            Progress
          </ButtonLink>
        </div>
      )}
    </Row>
  );
}

export function EmailBatchesPart({ batches, ...props }: BatchesProps) {
  return (
    <Panel id="email-batches" title="Recent batches">
      <Rows>
        {batches.map((batch) => (
          <Line {...props} batch={batch} />
        ))}
      </Rows>
    </Panel>
  );
}
