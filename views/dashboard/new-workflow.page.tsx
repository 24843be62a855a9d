// Where an agency gives a new workflow a name; its steps come after.
import { app } from "../../src/paths.ts";
import { DashboardLayout, type DashboardLayoutProps } from "../layouts/dashboard.layout.tsx";
import { Button, ButtonLink } from "../ui/button.tsx";
import { FormToken } from "../ui/form-token.tsx";
import { TextField } from "../ui/input.tsx";
import { Crumbs, PageHead } from "../ui/page-head.tsx";
import { Panel } from "../ui/panel.tsx";

type PageProps = Omit<DashboardLayoutProps, "title" | "children" | "current" | "narrow"> & {
  slug: string;
  typed: string;
  error?: string | undefined;
};

export function NewWorkflowPage({ slug, typed, error, ...layout }: PageProps) {
  return (
    <DashboardLayout {...layout} title="New workflow" current="workflows" narrow>
      <Crumbs links={[{ href: app.workflows(slug), label: "Workflows" }]} current="New workflow" />
      <PageHead title="New workflow" lead="Nothing happens before you switch it on." />
      <Panel id="new-workflow" label="New workflow">
        <form class="stack stack--5" method="post" action={app.workflows(slug)}>
          <FormToken />
          <TextField
            id="nw-name"
            name="name"
            label="Name"
            hint="Only your team sees it."
            maxlength={60}
            autocomplete="off"
            value={typed}
            error={error}
            required
          />
          <div class="row">
            <Button type="submit" variant="primary">
              Create workflow
            </Button>
            <ButtonLink href={app.workflows(slug)}>Cancel</ButtonLink>
          </div>
        </form>
      </Panel>
    </DashboardLayout>
  );
}
