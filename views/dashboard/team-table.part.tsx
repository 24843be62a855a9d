// The people on the team, each with his role, which may be changed in place.
import { app } from "../../src/paths.ts";
import { Who } from "../ui/avatar.tsx";
import { Badge } from "../ui/badge.tsx";
import { Button, ButtonLink } from "../ui/button.tsx";
import { FormToken } from "../ui/form-token.tsx";
import { MomentOrNever } from "../ui/moment.tsx";
import { Select } from "../ui/select.tsx";
import { ActionsHead, Table } from "../ui/table.tsx";
import { opensDialog } from "./contacts-view.ts";
import type { ShownTeammate, TeamView } from "./team-view.ts";
import { roleWords } from "./team-words.ts";

/** Leads to the question whether somebody goes. */
export function RemoveTeammate({ slug, mate, label }: { slug: string; mate: ShownTeammate; label: string }) {
  const href = app.teammateRemoval(slug, mate.id);
  return (
    <ButtonLink
      small
      variant={mate.waiting ? "danger-quiet" : "quiet"}
      href={href}
      about={mate.waiting ? mate.email : mate.name}
      {...opensDialog(href)}
    >
      {label}
    </ButtonLink>
  );
}

type PersonProps = TeamView & { mate: ShownTeammate };

function RoleCell({ slug, roles, mate }: PersonProps) {
  if (!mate.mayChange) return roleWords[mate.role];
  const action = app.teammateRole(slug, mate.id);
  return (
    <form
      class="row"
      method="post"
      action={action}
      hx-post={action}
      hx-trigger="change, submit"
      hx-target="#team-table"
      hx-swap="outerMorph"
    >
      <FormToken />
      <Select
        bare
        id={`role-${mate.id}`}
        name="role"
        value={mate.role}
        options={roles.map((role) => ({ value: role, label: roleWords[role] }))}
        aria-label={`Role of ${mate.name}`}
      />
      <noscript>
        <Button type="submit" small about={`of ${mate.name}`}>
          Save
        </Button>
      </noscript>
    </form>
  );
}

function Person(props: PersonProps) {
  const { slug, zone, mate } = props;
  return (
    <tr>
      <td>
        <Who name={mate.name} beside={mate.isSelf && <Badge>You</Badge>} detail={mate.email} />
      </td>
      <td data-label="Role">
        <RoleCell {...props} />
      </td>
      <td data-label="Last sign-in" class="dim">
        <MomentOrNever at={mate.lastSignInAt} zone={zone} />
      </td>
      <td class="cell-actions" data-corner="">
        <div class="row">{mate.mayChange && <RemoveTeammate slug={slug} mate={mate} label="Remove" />}</div>
      </td>
    </tr>
  );
}

export function TeamTable(view: TeamView) {
  const people = view.team.filter(({ waiting }) => !waiting);
  return (
    <section class="panel" id="team-table" aria-labelledby="team-people">
      <div class="panel__head">
        <h2 id="team-people">
          People <span class="count">{people.length}</span>
        </h2>
      </div>
      <div class="panel__gap" />
      <Table
        kind="cards"
        caption="Team members"
        head={
          <>
            <th scope="col">Person</th>
            <th scope="col">Role</th>
            <th scope="col">Last sign-in</th>
            <ActionsHead />
          </>
        }
      >
        {people.map((mate) => (
          <Person {...view} mate={mate} />
        ))}
      </Table>
    </section>
  );
}
