// Catalogue: what only contacts see, in the agency's colour.
import { AsWho } from "../ui/as-who.tsx";
import { Badge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";
import { PortalLogo } from "../ui/portal-logo.tsx";
import { Tile, Tiles } from "../ui/tile.tsx";
import { Example, Section } from "./catalogue-section.tsx";

export function CataloguePortal() {
  return (
    <Section id="portal" title="Portal">
      <div class="portal stack stack--6" data-brand="">
        <Example name="Logo, brand button, as who">
          <PortalLogo agency="Halden & Rye" href="#portal" />
          <AsWho name="Maya Okafor" account="m•••@brightwater.example" />
          <div class="row">
            <Button variant="brand">Continue as Maya Okafor</Button>
            <Button>Not you? Sign in</Button>
          </div>
        </Example>
        <Example name="Notice, tiles">
          <Notice id="sample-notice" title="Year-end closing starts on 1 December" dismissible>
            Send November receipts by Friday 27 November.
          </Notice>
          <Tiles>
            <Tile
              href="#portal"
              icon="invoice"
              title="Invoices"
              text="1 due on 30 November"
              badge={<Badge tone="wait">1 due</Badge>}
            />
            <Tile href="#portal" icon="folder" title="Project files" text="Updated yesterday" />
          </Tiles>
        </Example>
      </div>
    </Section>
  );
}
