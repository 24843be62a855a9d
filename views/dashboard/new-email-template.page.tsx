// Where an agency gives a template of its own a name; its words come after.
import { app } from "../../src/paths.ts";
import { SettingsLayout, type SettingsLayoutProps } from "../layouts/settings.layout.tsx";
import { Crumbs, PageHead } from "../ui/page-head.tsx";
import { NamingForm } from "./naming-form.tsx";

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
      <NamingForm
        id="new-template"
        label="New template"
        action={app.emailTemplates(slug)}
        submit="Create template"
        typed={typed}
        error={error}
      />
    </SettingsLayout>
  );
}
