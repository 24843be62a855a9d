// Where an agency gives a template of its own a name; its words come after.
import { app } from "../../src/paths.ts";
import { SettingsLayout, type SettingsLayoutProps } from "../layouts/settings.layout.tsx";
import { Button, ButtonLink } from "../ui/button.tsx";
import { FormToken } from "../ui/form-token.tsx";
import { TextField } from "../ui/input.tsx";
import { Crumbs, PageHead } from "../ui/page-head.tsx";
import { Panel } from "../ui/panel.tsx";

type PageProps = Omit<SettingsLayoutProps, "title" | "children" | "current" | "wide"> & {
  slug: string;
  typed: string;
  error?: string | undefined;
};

export function NewEmailTemplatePage({ slug, typed, error, ...layout }: PageProps) {
  return (
    <SettingsLayout {...layout} title="New template" current="email-templates">
      <Crumbs links={[{ href: app.emailTemplates(slug), label: "Email templates" }]} current="New template" />
      <PageHead title="New template" lead="For emails that you send yourself, beside those of the product." />
      <Panel id="new-template" label="New template">
        <form class="stack stack--5" method="post" action={app.emailTemplates(slug)}>
          <FormToken />
          <TextField
            id="nt-name"
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
              Create template
            </Button>
            <ButtonLink href={app.emailTemplates(slug)}>Cancel</ButtonLink>
          </div>
        </form>
      </Panel>
    </SettingsLayout>
  );
}
