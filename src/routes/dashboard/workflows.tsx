// The agency's workflows: the list, making one, taking a ready-made one, and when workflows may write.
import { NewWorkflowPage } from "../../../views/dashboard/new-workflow.page.tsx";
import type { WorkflowSettingsProps } from "../../../views/dashboard/workflow-settings.part.tsx";
import { WorkflowsPage } from "../../../views/dashboard/workflows.page.tsx";
import { Invalid, NotFound } from "../../models/errors.ts";
import { hasRole } from "../../models/people.ts";
import { createReadyMade, readyMades } from "../../models/ready-made-workflows.ts";
import { getWorkflowSettings, saveWorkflowSettings, timeZones } from "../../models/workflow-settings.ts";
import { findKnown } from "../../models/workflow-templates.ts";
import { createWorkflow, listWorkflows } from "../../models/workflows.ts";
import { app } from "../../paths.ts";
import { readForm } from "../../web/forms.ts";
import { page, seeOther, shellOf } from "../../web/html.tsx";
import type { MemberContext, MemberRoute } from "../../web/route.ts";

export const workflowRoutes: MemberRoute[] = [
  { method: "get", path: "/:agency/workflows", role: "viewer", handler: (c) => showList(c) },
  { method: "post", path: "/:agency/workflows", role: "admin", handler: create },
  { method: "get", path: "/:agency/workflows/new", role: "admin", handler: (c) => askName(c) },
  { method: "post", path: "/:agency/workflows/settings", role: "admin", handler: saveSettings },
];

type Faulty = Pick<WorkflowSettingsProps, "typed" | "errors">;

async function showList(c: MemberContext, faulty?: Faulty): Promise<Response> {
  const { slug } = c.get("agency");
  const mayChange = hasRole(c.get("role"), "admin");
  const found = await c.get("store").read(async (db) => ({
    workflows: await listWorkflows(db),
    known: await findKnown(db),
    settings: await getWorkflowSettings(db),
  }));
  const { quietFrom, quietTo, mailsADay, timeZone } = found.settings;
  const typed = { quietFrom: String(quietFrom), quietTo: String(quietTo), mailsADay: String(mailsADay), timeZone };
  // what is in force stays to be chosen, whatever it is called by now
  const zones = [...new Set([...timeZones, timeZone])];
  const view = {
    slug,
    mayChange,
    workflows: found.workflows,
    readyMades,
    templates: [...found.known.templates].map(([id, name]) => ({ id, name })),
    settings: { slug, mayChange, zones, typed, errors: {}, ...faulty },
  };
  return page(c, <WorkflowsPage {...shellOf(c)} view={view} />, faulty ? 422 : 200);
}

function askName(c: MemberContext, typed = "", error?: string): Response | Promise<Response> {
  const { slug } = c.get("agency");
  return page(c, <NewWorkflowPage {...shellOf(c)} slug={slug} typed={typed} error={error} />, error ? 422 : 200);
}

async function create(c: MemberContext): Promise<Response> {
  const form = await readForm(c);
  const { slug } = c.get("agency");
  const memberId = c.get("member").id;
  const key = form.text("ready_made");
  const ready = readyMades.find((one) => one.key === key);
  if (key && !ready) throw new NotFound("There is no such workflow.");
  const templateId = form.text("template") || undefined;
  try {
    const id = await c
      .get("store")
      .write((db) =>
        ready
          ? createReadyMade(db, ready.key, memberId, { templateId })
          : createWorkflow(db, form.text("name"), memberId),
      );
    return seeOther(c, app.workflow(slug, id), { kind: "good", text: "Workflow created. It is off." });
  } catch (error) {
    const fault = error instanceof Invalid ? error.fields["name"] : undefined;
    if (fault === undefined) throw error;
    return ready
      ? seeOther(c, app.workflows(slug), { kind: "bad", text: fault })
      : askName(c, form.text("name"), fault);
  }
}

const whole = (text: string) => (/^\s*\d{1,3}\s*$/.test(text) ? Number(text) : Number.NaN);

async function saveSettings(c: MemberContext): Promise<Response> {
  const form = await readForm(c);
  const typed = {
    quietFrom: form.text("quiet_from"),
    quietTo: form.text("quiet_to"),
    mailsADay: form.text("mails_a_day"),
    timeZone: form.text("time_zone"),
  };
  const settings = {
    quietFrom: whole(typed.quietFrom),
    quietTo: whole(typed.quietTo),
    mailsADay: whole(typed.mailsADay),
    timeZone: typed.timeZone || undefined,
  };
  try {
    const changed = await c.get("store").write((db) => saveWorkflowSettings(db, settings, c.get("member").id));
    const text = changed ? "Limits saved" : "Nothing had changed";
    return seeOther(c, app.workflows(c.get("agency").slug), { kind: "good", text });
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    return showList(c, { typed, errors: error.fields });
  }
}
