// The agencies of a member, to choose the one to work in.
import { app } from "../../src/paths.ts";
import { SignedOutLayout } from "../layouts/signed-out.layout.tsx";
import { Button, ButtonLink } from "../ui/button.tsx";
import { FormToken } from "../ui/form-token.tsx";
import { Row, Rows } from "../ui/rows.tsx";

type AgenciesPageProps = {
  agencies: readonly { slug: string; name: string; role: string }[];
  email: string;
  /** Whether members may create further agencies. */
  open: boolean;
};

const roleWord = (role: string) => role.charAt(0).toUpperCase() + role.slice(1);

export function AgenciesPage({ agencies, email, open }: AgenciesPageProps) {
  const lead = agencies.length > 0 ? `Signed in as ${email}.` : `${email} belongs to no agency yet.`;
  return (
    <SignedOutLayout title={agencies.length > 0 ? "Choose an agency" : "No agency yet"} lead={lead}>
      {agencies.length > 0 && (
        <Rows>
          {agencies.map(({ slug, name, role }) => (
            <Row person={name} title={name} text={roleWord(role)}>
              <ButtonLink href={app.portal(slug)} about={name}>
                Open
              </ButtonLink>
            </Row>
          ))}
        </Rows>
      )}
      <div class="stack stack--2">
        {open && (
          <ButtonLink href={app.newAgency()} icon="plus" block>
            Add an agency
          </ButtonLink>
        )}
        <form method="post" action={app.signOut()}>
          <FormToken />
          <Button type="submit" variant="quiet" block>
            Sign out
          </Button>
        </form>
      </div>
    </SignedOutLayout>
  );
}
