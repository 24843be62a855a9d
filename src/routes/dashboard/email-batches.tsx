// A batch of e-mails: how far it has come, stopping it, trying the failed ones again.
import { ActionPage } from "../../../views/dashboard/action.page.tsx";
import { BatchDialog } from "../../../views/dashboard/batch-dialog.part.tsx";
import { BulkProgressReply } from "../../../views/dashboard/bulk-progress.part.tsx";
import { EmailBatchesPart } from "../../../views/dashboard/email-batches.part.tsx";
import { counted } from "../../../views/dashboard/people-words.ts";
import { ToastPart } from "../../../views/ui/toast.tsx";
import { getBatch, listBatches, pauseBatch, resumeBatch, retryBatch, stopBatch } from "../../models/email-batches.ts";
import { app } from "../../paths.ts";
import { readForm } from "../../web/forms.ts";
import { isHtmx, page, part, seeOther, shellOf, wantsPart } from "../../web/html.tsx";
import type { MemberContext, MemberRoute } from "../../web/route.ts";
import { viewing } from "./contacts-list.ts";
import { showDialog } from "./show-dialog.tsx";

export const emailBatchRoutes: MemberRoute[] = [
  { method: "get", path: "/:agency/email-batches/:id", role: "member", handler: show },
  { method: "post", path: "/:agency/email-batches/:id/stop", role: "member", handler: stop },
  { method: "post", path: "/:agency/email-batches/:id/retries", role: "member", handler: retry },
  { method: "post", path: "/:agency/email-batches/:id/pause", role: "member", handler: pause },
  { method: "post", path: "/:agency/email-batches/:id/resumption", role: "member", handler: resume },
];

async function show(c: MemberContext): Promise<Response> {
  const batch = await c.get("store").read((db) => getBatch(db, c.req.param("id") ?? ""));
  const props = { ...viewing(c), batch };
  if (wantsPart(c, "bulk-progress")) return part(c, <BulkProgressReply {...props} />);
  if (isHtmx(c)) return showDialog(c, "Sending", () => <BatchDialog {...props} />);
  const { flash, ...shell } = shellOf(c);
  return page(c, <ActionPage {...shell} title="Sending" dialog={<BatchDialog {...props} notices={flash} inPage />} />);
}

async function stop(c: MemberContext): Promise<Response> {
  const id = c.req.param("id") ?? "";
  const stopped = await c.get("store").write((db) => stopBatch(db, id, c.get("member").id));
  return afterwards(c, id, stopped > 0 ? `${counted(stopped, "email")} stopped` : "Nothing was left to stop");
}

async function retry(c: MemberContext): Promise<Response> {
  const id = c.req.param("id") ?? "";
  const queued = await c.get("store").write((db) => retryBatch(db, id, c.get("member").id));
  return afterwards(c, id, queued > 0 ? `${counted(queued, "email")} queued again` : "Nothing was left to retry");
}

async function pause(c: MemberContext): Promise<Response> {
  const id = c.req.param("id") ?? "";
  const waiting = await c.get("store").write((db) => pauseBatch(db, id, c.get("member").id));
  return afterwards(
    c,
    id,
    waiting > 0 ? `Paused with ${counted(waiting, "email")} to go` : "Nothing was left to pause",
  );
}

async function resume(c: MemberContext): Promise<Response> {
  const id = c.req.param("id") ?? "";
  const resumed = await c.get("store").write((db) => resumeBatch(db, id, c.get("member").id));
  return afterwards(c, id, `${counted(resumed, "email")} on the way again`);
}

async function afterwards(c: MemberContext, id: string, title: string): Promise<Response> {
  const { slug } = c.get("agency");
  const fromLog = (await readForm(c)).text("from") === "log";
  if (!isHtmx(c)) {
    const path = fromLog ? app.emailLog(slug) : app.emailBatch(slug, id);
    return seeOther(c, path, { kind: "good", text: title });
  }
  if (wantsPart(c, "email-batches")) {
    const batches = await c.get("store").read((db) => listBatches(db));
    return part(
      c,
      <>
        <EmailBatchesPart {...viewing(c)} batches={batches} />
        <ToastPart tone="good" title={title} />
      </>,
    );
  }
  const batch = await c.get("store").read((db) => getBatch(db, id));
  return part(
    c,
    <>
      <BulkProgressReply slug={slug} batch={batch} />
      <ToastPart tone="good" title={title} />
    </>,
  );
}
