// The agency's team: who is on it, who has not come yet, and what each role may do.
import { app } from "../../src/paths.ts";
import { SettingsLayout, type SettingsLayoutProps } from "../layouts/settings.layout.tsx";
import { Button, ButtonLink } from "../ui/button.tsx";
import { FormToken } from "../ui/form-token.tsx";
import { Moment } from "../ui/moment.tsx";
import { PageHead } from "../ui/page-head.tsx";
import { Row, Rows } from "../ui/rows.tsx";
import { opensDialog } from "./contacts-view.ts";
import { RolesMatrix } from "./roles-matrix.tsx";
import { RemoveTeammate, TeamTable } from "./team-table.part.tsx";
import type { TeamView } from "./team-view.ts";
import { roleWords } from "./team-words.ts";

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
                  <RemoveTeammate slug={slug} mate={mate} label="Withdraw" />
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
      <TeamTable {...view} />
      <Waiting {...view} />
      <RolesMatrix />
    </SettingsLayout>
  );
}
