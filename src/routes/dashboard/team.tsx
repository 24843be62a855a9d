// The agency's team: the page, asking somebody in, giving another role, sending the mail again, and letting somebody go.
import { randomBytes } from "node:crypto";
import { z } from "zod";
import { NewTeammateDialog } from "../../../views/dashboard/new-teammate-dialog.part.tsx";
import { TeamPage } from "../../../views/dashboard/team.page.tsx";
import { TeamTable } from "../../../views/dashboard/team-table.part.tsx";
import type { ShownTeammate, TeamView } from "../../../views/dashboard/team-view.ts";
import { TeammateRemovalDialog } from "../../../views/dashboard/teammate-removal-dialog.part.tsx";
import type { Role } from "../../db/schema.ts";
import { parseAddress, parseName } from "../../models/addresses.ts";
import { Invalid, NotFound } from "../../models/errors.ts";
import { limits, requireLimit } from "../../models/limits.ts";
import { hashPassword } from "../../models/passwords.ts";
import { hasRole } from "../../models/people.ts";
import {
  addTeammate,
  changeTeamRole,
  listTeam,
  listTeamAddresses,
  removeTeammate,
  requestTeamMail,
  rolesToGive,
  withdrawTeamLinks,
} from "../../models/team.ts";
import { app } from "../../paths.ts";
import { check, readForm } from "../../web/forms.ts";
import { type FlashWords, isHtmx, page, part, seeOther, shellOf, toast } from "../../web/html.tsx";
import { type MemberContext, type MemberRoute, SIGN_IN_BODY } from "../../web/route.ts";
import { showDialog } from "./show-dialog.tsx";

const TEAM = "/:agency/settings/team";

export const teamRoutes: MemberRoute[] = [
  { method: "get", path: TEAM, role: "viewer", handler: (c) => show(c) },
  { method: "get", path: `${TEAM}/new`, role: "admin", handler: (c) => ask(c) },
  { method: "post", path: TEAM, role: "admin", bodyLimit: SIGN_IN_BODY, handler: add },
  { method: "post", path: `${TEAM}/:id/role`, role: "admin", bodyLimit: SIGN_IN_BODY, handler: changeRole },
  { method: "post", path: `${TEAM}/:id/mails`, role: "admin", handler: mailAgain },
  { method: "get", path: `${TEAM}/:id/removal`, role: "admin", handler: askRemoval },
  { method: "post", path: `${TEAM}/:id/removal`, role: "admin", handler: remove },
];

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const MANY = "Many emails went to your team within an hour.";

const managerOf = (c: MemberContext) => ({ id: c.get("member").id, role: c.get("role") });

function idOf(c: MemberContext): string {
  const id = c.req.param("id") ?? "";
  if (!UUID.test(id)) throw new NotFound("No such member.");
  return id;
}

async function viewOf(c: MemberContext): Promise<TeamView> {
  const { id, slug, name, timeZone } = c.get("agency");
  const [team, addresses] = await Promise.all([
    c.get("store").read((db) => listTeam(db)),
    c.get("deps").globals.run((db) => listTeamAddresses(db, id)),
  ]);
  const manager = managerOf(c);
  const mayChange = hasRole(manager.role, "admin");
  return {
    slug,
    agencyName: name,
    zone: timeZone,
    roles: rolesToGive(manager.role),
    mayAdd: mayChange,
    team: team.map((mate) => ({
      ...mate,
      email: addresses.get(mate.id) ?? "",
      isSelf: mate.id === manager.id,
      mayChange: mayChange && mate.id !== manager.id && hasRole(manager.role, mate.role),
    })),
  };
}

async function show(c: MemberContext): Promise<Response> {
  return page(c, <TeamPage {...shellOf(c)} view={await viewOf(c)} />);
}

async function findTeammate(c: MemberContext) {
  const mate = (await viewOf(c)).team.find(({ id }) => id === idOf(c));
  if (!mate) throw new NotFound("The team has no such member.");
  return mate;
}

type Typed = { name: string; email: string; role: string };

function ask(c: MemberContext, typed?: Typed, errors: Record<string, string> = {}) {
  const props = { slug: c.get("agency").slug, roles: rolesToGive(c.get("role")), typed, errors };
  return showDialog(c, "Add a person", (inPage) => <NewTeammateDialog {...props} inPage={inPage} />, typed ? 422 : 200);
}

const roleField = z.enum(["owner", "admin", "member", "viewer"], "Choose a role.");

const schema = z.object({
  name: z
    .string()
    .default("")
    .transform(parseName)
    .refine((name) => name !== "", "Enter a name."),
  email: z
    .string()
    .default("")
    .transform((text, context) => {
      const address = parseAddress(text);
      if ("email" in address) return address.email;
      context.addIssue({ code: "custom", message: address.error });
      return z.NEVER;
    }),
  role: roleField,
});

async function add(c: MemberContext): Promise<Response> {
  const form = await readForm(c);
  const typed = { name: form.text("name"), email: form.text("email"), role: form.text("role") };
  const { values, errors } = check(form, schema);
  if (!values) return ask(c, typed, errors);
  const { globals } = c.get("deps");
  const { id: agencyId, slug } = c.get("agency");
  await globals.run((db) => requireLimit(db, limits.teamMails, agencyId, MANY));
  // Nobody knows this password: the mail's link is the only way in.
  const passwordHash = await hashPassword(randomBytes(32).toString("base64url"));
  try {
    await globals.write((db) => addTeammate(db, { ...values, agencyId, passwordHash, by: managerOf(c) }));
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    return ask(c, typed, { ...error.fields });
  }
  return seeOther(c, app.team(slug), { kind: "good", text: `${values.email} added, an email is on its way` });
}

// The name of somebody who has not come yet is his own affair: whoever asked him in knows the address.
const labelOf = ({ waiting, email, name }: ShownTeammate) => (waiting ? email : name);

const roleWord = (role: Role) => role.charAt(0).toUpperCase() + role.slice(1);

async function changeRole(c: MemberContext): Promise<Response> {
  const role = roleField.safeParse((await readForm(c)).text("role")).data;
  if (!role) throw new NotFound("There is no such role.");
  const mate = await findTeammate(c);
  const said = await saying(async () => {
    const changed = await c.get("store").write((db) => changeTeamRole(db, mate.id, role, managerOf(c)));
    return changed ? `${labelOf(mate)} is ${roleWord(role)} now` : undefined;
  });
  if (!isHtmx(c)) return seeOther(c, app.team(c.get("agency").slug), said);
  const view = await viewOf(c);
  return part(
    c,
    <>
      <TeamTable {...view} />
      {said && toast(said.kind, said.text)}
    </>,
  );
}

async function mailAgain(c: MemberContext): Promise<Response> {
  const { id: agencyId, slug } = c.get("agency");
  const { globals } = c.get("deps");
  const mate = await findTeammate(c);
  if (!mate.waiting) throw new NotFound("Nobody with this id is waited for.");
  await globals.run((db) => requireLimit(db, limits.teamMails, agencyId, MANY));
  await globals.write((db) => requestTeamMail(db, agencyId, mate.email));
  return seeOther(c, app.team(slug), { kind: "good", text: `An email is on its way to ${mate.email}` });
}

async function askRemoval(c: MemberContext): Promise<Response> {
  const mate = await findTeammate(c);
  const { slug, name } = c.get("agency");
  return showDialog(c, "Remove", (inPage) => (
    <TeammateRemovalDialog slug={slug} agencyName={name} mate={mate} inPage={inPage} />
  ));
}

async function remove(c: MemberContext): Promise<Response> {
  const mate = await findTeammate(c);
  const said = await saying(async () => {
    await c.get("store").write((db) => removeTeammate(db, mate.id, managerOf(c)));
    await c.get("deps").globals.run((db) => withdrawTeamLinks(db, mate.id));
    return `${labelOf(mate)} is no longer on the team`;
  });
  return seeOther(c, app.team(c.get("agency").slug), said);
}

// What the page did not offer and was asked for all the same is answered in the words of the refusal.
async function saying(work: () => Promise<string | undefined>): Promise<FlashWords | undefined> {
  try {
    const text = await work();
    return text ? { kind: "good", text } : undefined;
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    return { kind: "bad", text: error.message };
  }
}
