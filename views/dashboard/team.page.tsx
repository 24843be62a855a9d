// The agency's team: who is on it, who has not come yet, and what each role may do.
import type { Teammate, TeamRole } from "../../src/models/team.ts";
import { app } from "../../src/paths.ts";
import { SettingsLayout, type SettingsLayoutProps } from "../layouts/settings.layout.tsx";
import { Who } from "../ui/avatar.tsx";
import { Badge } from "../ui/badge.tsx";
import { Button, ButtonLink } from "../ui/button.tsx";
import { FormToken } from "../ui/form-token.tsx";
import { Moment, MomentOrNever } from "../ui/moment.tsx";
import { PageHead } from "../ui/page-head.tsx";
import { Row, Rows } from "../ui/rows.tsx";
import { Select } from "../ui/select.tsx";
import { ActionsHead, Table } from "../ui/table.tsx";
import { opensDialog } from "./contacts-view.ts";
import { RolesMatrix } from "./roles-matrix.tsx";
import { roleWords } from "./team-words.ts";

/** A teammate as the page shows him; `mayChange` says that the reader may give him another role or let him go. */
export type ShownTeammate = Teammate & { email: string; isSelf: boolean; mayChange: boolean };

export type TeamView = {
  slug: string;
  agencyName: string;
  zone: string;
  team: readonly ShownTeammate[];
  /** The roles that the reader may give. */
  roles: readonly TeamRole[];
  mayAdd: boolean;
};

type PersonProps = TeamView & { mate: ShownTeammate };

function RoleCell({ slug, roles, mate }: PersonProps) {
  if (!mate.mayChange) return roleWords[mate.role];
  const action = app.teammateRole(slug, mate.id);
  return (
    <form class="row" method="post" action={action} hx-post={action} hx-trigger="change, submit" hx-swap="none">
      <FormToken />
      <Select
        bare
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

function Remove({ slug, mate, label }: { slug: string; mate: ShownTeammate; label: string }) {
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
        <div class="row">{mate.mayChange && <Remove slug={slug} mate={mate} label="Remove" />}</div>
      </td>
    </tr>
  );
}

function People(view: TeamView) {
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

function Waiting({ slug, zone, team }: TeamView) {
  const waiting = team.filter((mate) => mate.waiting);
  if (waiting.length === 0) return null;
  return (
    <section class="panel" id="team-waiting" aria-labelledby="team-waiting-title">
      <div class="panel__head">
        <h2 id="team-waiting-title">
          Waiting to sign in <span class="count">{waiting.length}</span>
        </h2>
      </div>
      <div class="panel__body">
        <Rows>
          {waiting.map((mate) => (
            <Row
              icon="mail"
              title={<span class="break">{mate.email}</span>}
              text={
                <>
                  {`${roleWords[mate.role]} · added `}
                  <Moment at={mate.addedAt} zone={zone} precision="day" inSentence />
                  {mate.addedBy && ` by ${mate.addedBy}`}
                </>
              }
            >
              {mate.mayChange && (
                <div class="row">
                  <form method="post" action={app.teammateMails(slug, mate.id)}>
                    <FormToken />
                    <Button type="submit" small about={`the email to ${mate.email}`}>
                      Resend
                    </Button>
                  </form>
                  <Remove slug={slug} mate={mate} label="Withdraw" />
                </div>
              )}
            </Row>
          ))}
        </Rows>
      </div>
    </section>
  );
}

type TeamPageProps = Omit<SettingsLayoutProps, "title" | "children" | "current" | "wide"> & { view: TeamView };

export function TeamPage({ view, ...layout }: TeamPageProps) {
  const { slug, agencyName, mayAdd } = view;
  const lead = `People at ${agencyName} who can work in this dashboard. Clients are not listed here.`;
  return (
    <SettingsLayout {...layout} title="Team and roles" current="team">
      <PageHead title="Team and roles" lead={lead}>
        {mayAdd && (
          <ButtonLink
            variant="primary"
            icon="userplus"
            href={app.newTeammate(slug)}
            {...opensDialog(app.newTeammate(slug))}
          >
            Add a person
          </ButtonLink>
        )}
      </PageHead>
      <People {...view} />
      <Waiting {...view} />
      <RolesMatrix />
    </SettingsLayout>
  );
}
