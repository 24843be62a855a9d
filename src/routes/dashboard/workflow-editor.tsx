// One workflow: its editor, putting a draft to use, switching on, pausing and removing.
import { WorkflowPage } from "../../../views/dashboard/workflow.page.tsx";
import { WorkflowEditedReply } from "../../../views/dashboard/workflow-edited.reply.tsx";
import { WorkflowEnablingDialog } from "../../../views/dashboard/workflow-enabling-dialog.part.tsx";
import { WorkflowEntering } from "../../../views/dashboard/workflow-entering.part.tsx";
import type { TypedWorkflow, WorkflowView } from "../../../views/dashboard/workflow-view.ts";
import { conditionsText, triggerText } from "../../../views/dashboard/workflow-words.ts";
import type { AgencyDb } from "../../db/schema.ts";
import { listTags } from "../../models/contact-tags.ts";
import { Invalid } from "../../models/errors.ts";
import { hasRole } from "../../models/people.ts";
import { discardDraft, publishWorkflow, saveDraft } from "../../models/workflow-drafts.ts";
import { countEntrants } from "../../models/workflow-entrants.ts";
import { enableWorkflow, pauseWorkflow, resumeWorkflow } from "../../models/workflow-switches.ts";
import { findKnown } from "../../models/workflow-templates.ts";
import { getWorkflow, removeWorkflow, renameWorkflow } from "../../models/workflows.ts";
import { app } from "../../paths.ts";
import { readForm } from "../../web/forms.ts";
import { isHtmx, page, part, seeOther, shellOf, wantsPart } from "../../web/html.tsx";
import type { MemberContext, MemberRoute } from "../../web/route.ts";
import { showDialog } from "./show-dialog.tsx";
import { definitionOf, moved, typedFrom, typedIn } from "./workflow-fields.ts";

const one = "/:agency/workflows/:id";

export const workflowEditorRoutes: MemberRoute[] = [
  { method: "get", path: one, role: "viewer", handler: (c) => show(c) },
  { method: "post", path: one, role: "admin", handler: save },
  { method: "post", path: `${one}/draft`, role: "admin", handler: keep },
  { method: "post", path: `${one}/draft-removal`, role: "admin", handler: discard },
  { method: "post", path: `${one}/name`, role: "admin", handler: rename },
  { method: "get", path: `${one}/enabling`, role: "admin", handler: (c) => askEnabling(c) },
  { method: "post", path: `${one}/enabling`, role: "admin", handler: enable },
  { method: "post", path: `${one}/pause`, role: "admin", handler: pause },
  { method: "post", path: `${one}/resumption`, role: "admin", handler: resume },
  { method: "post", path: `${one}/removal`, role: "admin", handler: remove },
];

const idOf = (c: MemberContext) => c.req.param("id") ?? "";
const memberOf = (c: MemberContext) => c.get("member").id;
const here = (c: MemberContext) => app.workflow(c.get("agency").slug, idOf(c));

type Shown = { typed?: TypedWorkflow | undefined; errors?: Readonly<Record<string, string>> | undefined };

/** The workflow as its pages show it; what was typed stands in for what is kept. */
async function viewOf(c: MemberContext, { typed, errors }: Shown = {}): Promise<WorkflowView> {
  const found = await c.get("store").read(async (db) => ({
    workflow: await getWorkflow(db, idOf(c)),
    known: await findKnown(db),
    tags: await listTags(db),
  }));
  const {
    id,
    name,
    state,
    version,
    hasChanges,
    entering,
    openRunsOnOlder,
    definition,
    errors: faults,
  } = found.workflow;
  return {
    slug: c.get("agency").slug,
    id,
    name,
    state,
    number: version,
    hasChanges,
    entering,
    olderRuns: openRunsOnOlder,
    typed: typed ?? typedFrom(definition),
    // Nobody is told off for a workflow that he has only begun.
    errors: errors ?? (version === undefined ? {} : faults),
    templates: [...found.known.templates].map(([key, label]) => ({ id: key, name: label })),
    tags: found.tags,
    mayChange: hasRole(c.get("role"), "admin"),
  };
}

async function show(c: MemberContext, shown?: Shown, status = 200): Promise<Response> {
  const view = await viewOf(c, shown);
  if (wantsPart(c, "workflow-entering")) return part(c, <WorkflowEntering {...view} />);
  if (isHtmx(c)) return part(c, <WorkflowEditedReply {...view} />, status);
  return page(c, <WorkflowPage {...shellOf(c)} view={view} />, status);
}

/** Keeps a change of the editor; what cannot be kept stands in the form with what is wrong. */
async function keep(c: MemberContext): Promise<Response> {
  const form = await readForm(c);
  const typed = moved(typedIn(form), form);
  const errors = await faultsOf(c, (db) => saveDraft(db, idOf(c), definitionOf(typed)));
  return show(c, { typed, errors }, errors ? 422 : 200);
}

async function save(c: MemberContext): Promise<Response> {
  const typed = typedIn(await readForm(c));
  let older = 0;
  const errors = await faultsOf(c, async (db) => {
    await saveDraft(db, idOf(c), definitionOf(typed));
    older = await publishWorkflow(db, idOf(c), memberOf(c));
  });
  if (errors) {
    await faultsOf(c, (db) => saveDraft(db, idOf(c), definitionOf(typed)));
    return show(c, { typed, errors }, 422);
  }
  const text =
    older === 0
      ? "Workflow saved"
      : `Workflow saved. Open runs finish on the version that they started with (${older.toLocaleString("en")}).`;
  return seeOther(c, here(c), { kind: "good", text });
}

/** The faults that a change was refused for, by path; undefined when it was made. */
async function faultsOf(
  c: MemberContext,
  change: (db: AgencyDb) => Promise<unknown>,
): Promise<Readonly<Record<string, string>> | undefined> {
  try {
    await c.get("store").write(change);
    return undefined;
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    const { definition, ...fields } = error.fields;
    return definition === undefined ? fields : { ...fields, steps: definition };
  }
}

async function discard(c: MemberContext): Promise<Response> {
  await c.get("store").write((db) => discardDraft(db, idOf(c)));
  return seeOther(c, here(c), { kind: "good", text: "Changes discarded" });
}

async function rename(c: MemberContext): Promise<Response> {
  const typed = (await readForm(c)).text("name");
  const errors = await faultsOf(c, (db) => renameWorkflow(db, idOf(c), typed, memberOf(c)));
  if (!errors) return seeOther(c, here(c), { kind: "good", text: "Workflow renamed" });
  const view = await viewOf(c);
  const renaming = { typed, error: errors["name"] ?? "Write another name." };
  return page(c, <WorkflowPage {...shellOf(c)} view={view} renaming={renaming} />, 422);
}

const FAULTY = "Something in its steps is missing or wrong. Save it to see where.";

async function askEnabling(c: MemberContext, errors?: Readonly<Record<string, string>>): Promise<Response> {
  const { workflow, entrants } = await c.get("store").read(async (db) => ({
    workflow: await getWorkflow(db, idOf(c)),
    entrants: await countEntrants(db, idOf(c)),
  }));
  const { definition } = workflow;
  const faulty = errors ?? workflow.errors;
  const props = {
    slug: c.get("agency").slug,
    id: workflow.id,
    name: workflow.name,
    trigger: triggerText(definition.trigger),
    conditions: conditionsText(definition.conditions),
    entrants,
    refusal: Object.keys(faulty).length > 0 ? (errors?.["steps"] ?? FAULTY) : undefined,
  };
  return showDialog(
    c,
    "Switch on",
    (inPage) => <WorkflowEnablingDialog {...props} inPage={inPage} />,
    errors ? 422 : 200,
  );
}

async function enable(c: MemberContext): Promise<Response> {
  const existing = (await readForm(c)).has("existing");
  let begun = { entered: 0, more: false };
  const errors = await faultsOf(c, async (db) => {
    begun = await enableWorkflow(db, idOf(c), { existing }, memberOf(c));
  });
  if (errors) return askEnabling(c, errors);
  const { entered, more } = begun;
  // the page says how the others come in
  if (more) return seeOther(c, here(c), { kind: "good", text: "Switched on" });
  const who = entered === 1 ? "1 contact entered" : `${entered.toLocaleString("en")} contacts entered`;
  return seeOther(c, here(c), { kind: "good", text: entered > 0 ? `Switched on. ${who}.` : "Switched on" });
}

async function pause(c: MemberContext): Promise<Response> {
  await c.get("store").write((db) => pauseWorkflow(db, idOf(c), memberOf(c)));
  return seeOther(c, here(c), { kind: "good", text: "Paused. Nobody enters, and open runs stand still." });
}

async function resume(c: MemberContext): Promise<Response> {
  await c.get("store").write((db) => resumeWorkflow(db, idOf(c), memberOf(c)));
  return seeOther(c, here(c), { kind: "good", text: "Resumed" });
}

async function remove(c: MemberContext): Promise<Response> {
  const stopped = await c.get("store").write((db) => removeWorkflow(db, idOf(c), memberOf(c)));
  const runs = stopped === 1 ? "1 run stopped" : `${stopped.toLocaleString("en")} runs stopped`;
  const text = stopped > 0 ? `Workflow removed. ${runs}.` : "Workflow removed";
  return seeOther(c, app.workflows(c.get("agency").slug), { kind: "good", text });
}
