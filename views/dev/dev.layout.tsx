// The frame of the pages that only developers see.
import type { Child } from "hono/jsx";
import { dev } from "../../src/paths.ts";
import { Document } from "../layouts/document.tsx";
import { Tabs } from "../ui/tabs.tsx";

const places = [
  { href: dev.mails(), label: "Mail" },
  { href: dev.emails(), label: "Emails" },
  { href: dev.catalogue(), label: "Catalogue" },
];

/** `current` is the label of the place that is open. */
export function DevLayout({ title, current, children }: { title: string; current: string; children: Child }) {
  return (
    <Document title={title} site="Portico">
      <main class="main" id="main">
        <div class="page">
          <Tabs
            label="Development"
            page
            tabs={places.map((place) => ({ ...place, current: place.label === current }))}
          />
          {children}
        </div>
      </main>
    </Document>
  );
}
