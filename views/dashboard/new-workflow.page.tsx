// Where an agency gives a new workflow a name; its steps come after.
import { app } from "../../src/paths.ts";
import { DashboardLayout, type DashboardLayoutProps } from "../layouts/dashboard.layout.tsx";
import { Crumbs, PageHead } from "../ui/page-head.tsx";
import { NamingForm } from "./naming-form.tsx";

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
      <NamingForm
        id="new-workflow"
        label="New workflow"
        action={app.workflows(slug)}
        submit="Create workflow"
        typed={typed}
        error={error}
      />
    </DashboardLayout>
  );
}
