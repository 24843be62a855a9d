// Every component in its states, on one page, for whoever draws the next screen.
import { dev } from "../../src/paths.ts";
import { DashboardLayout } from "../layouts/dashboard.layout.tsx";
import { PageHead } from "../ui/page-head.tsx";
import { CatalogueControls } from "./catalogue-controls.tsx";
import { CatalogueDialogs } from "./catalogue-dialogs.tsx";
import { CatalogueFigures } from "./catalogue-figures.tsx";
import { CatalogueForms } from "./catalogue-forms.tsx";
import { CatalogueLists } from "./catalogue-lists.tsx";
import { CatalogueMessages } from "./catalogue-messages.tsx";
import { CataloguePortal } from "./catalogue-portal.tsx";
import { CatalogueTable } from "./catalogue-table.tsx";

const agency = { name: "Halden & Rye", slug: "halden-rye" };

export function CataloguePage() {
  return (
    <DashboardLayout
      title="Catalogue"
      agency={agency}
      host="halden-rye.portico.example"
      member={{ name: "Ingrid Rye", email: "ingrid@haldenrye.example", role: "owner" }}
      memberships={[agency, { name: "Fieldnote Collective", slug: "fieldnote" }]}
    >
      <PageHead title="Catalogue" lead="Every component in its states. What is missing here does not exist.">
        <a href={dev.emails()}>Email templates</a>
      </PageHead>
      <CatalogueControls />
      <CatalogueForms />
      <CatalogueFigures />
      <CatalogueTable />
      <CatalogueLists />
      <CatalogueMessages />
      <CatalogueDialogs />
      <CataloguePortal />
    </DashboardLayout>
  );
}
