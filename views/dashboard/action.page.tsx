// A dialog as a page of its own: what its address shows without JavaScript, and when it is opened in a new tab.
import type { Child } from "hono/jsx";
import { app } from "../../src/paths.ts";
import { DashboardLayout, type DashboardLayoutProps } from "../layouts/dashboard.layout.tsx";
import { ButtonLink } from "../ui/button.tsx";
import { PageHead } from "../ui/page-head.tsx";

type ActionPageProps = Omit<DashboardLayoutProps, "title" | "children" | "current"> & { title: string; dialog: Child };

export function ActionPage({ title, ...layout }: ActionPageProps) {
  return (
    <DashboardLayout {...layout} title={title} current="portal">
      <PageHead title="Client portal" lead="Invite clients, send them a way in, and see who has joined.">
        <ButtonLink href={app.portal(layout.agency.slug)}>All contacts</ButtonLink>
      </PageHead>
    </DashboardLayout>
  );
}
