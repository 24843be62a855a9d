// The runs of a workflow: the list, one with its log, stopping one, and running a failed one again.
import { WorkflowRunPage } from "../../../views/dashboard/workflow-run.page.tsx";
import { WorkflowRunsPage } from "../../../views/dashboard/workflow-runs.page.tsx";
import { Invalid, NotFound } from "../../models/errors.ts";
import { hasRole } from "../../models/people.ts";
import { retryRun, stopRun } from "../../models/workflow-run-changes.ts";
import { countRuns, noRuns } from "../../models/workflow-run-counts.ts";
import { getRun, listRuns, type WorkflowRunState } from "../../models/workflow-runs.ts";
import { findTemplateNames } from "../../models/workflow-templates.ts";
import { getWorkflow } from "../../models/workflows.ts";
import { app } from "../../paths.ts";
import { page, seeOther, shellOf } from "../../web/html.tsx";
import type { MemberContext, MemberRoute } from "../../web/route.ts";

const one = "/:agency/workflows/:id/runs";

export const workflowRunRoutes: MemberRoute[] = [
  { method: "get", path: one, role: "viewer", handler: showList },
  { method: "get", path: `${one}/:run`, role: "viewer", handler: (c) => show(c) },
  { method: "post", path: `${one}/:run/stop`, role: "member", handler: stop },
  { method: "post", path: `${one}/:run/retry`, role: "member", handler: retry },
];

const states: readonly WorkflowRunState[] = ["running", "done", "stopped", "failed"];

async function showList(c: MemberContext): Promise<Response> {
  const shown = states.find((state) => state === c.req.query("state"));
  const after = c.req.query("after") || undefined;
  const { slug, timeZone } = c.get("agency");
  const found = await c.get("store").read(async (db) => {
    const { id, name, state } = await getWorkflow(db, c.req.param("id") ?? "");
    const [page_, counts, templates] = await Promise.all([
      listRuns(db, id, { state: shown, after }),
      countRuns(db, id),
      findTemplateNames(db),
    ]);
    return { id, name, state, ...page_, counts: counts.get(id) ?? noRuns, templates };
  });
  return page(c, <WorkflowRunsPage {...shellOf(c)} view={{ slug, zone: timeZone, shown, after, ...found }} />);
}

/** The run that the path names; one of another workflow is none. Throws NotFound. */
async function runOf(c: MemberContext) {
  return await c.get("store").read(async (db) => {
    const run = await getRun(db, c.req.param("run") ?? "");
    if (run.workflowId !== c.req.param("id")) throw new NotFound("There is no such run.");
    return { run, templates: await findTemplateNames(db) };
  });
}

async function show(c: MemberContext, fault?: string): Promise<Response> {
  const { slug, timeZone } = c.get("agency");
  const view = { slug, zone: timeZone, mayAct: hasRole(c.get("role"), "member"), ...(await runOf(c)) };
  const said = fault === undefined ? {} : { fault };
  return page(c, <WorkflowRunPage {...shellOf(c)} view={view} {...said} />, fault ? 422 : 200);
}

const back = (c: MemberContext, text: string) =>
  seeOther(c, app.workflowRun(c.get("agency").slug, c.req.param("id") ?? "", c.req.param("run") ?? ""), {
    kind: "good",
    text,
  });

async function stop(c: MemberContext): Promise<Response> {
  const { run } = await runOf(c);
  const stopped = await c.get("store").write((db) => stopRun(db, run.id, c.get("member").id));
  return back(c, stopped ? "Run stopped" : "The run was over already");
}

async function retry(c: MemberContext): Promise<Response> {
  const { run } = await runOf(c);
  try {
    await c.get("store").write((db) => retryRun(db, run.id, c.get("member").id));
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    return show(c, error.fields["run"] ?? "It cannot be run again.");
  }
  return back(c, "The run goes on");
}
