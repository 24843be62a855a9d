// The settings page of an agency's domains.
import { SettingsLayout, type SettingsLayoutProps } from "../layouts/settings.layout.tsx";
import { PageHead } from "../ui/page-head.tsx";
import { DomainPart, type DomainPartProps } from "./domain.part.tsx";
import { DomainAdd } from "./domain-add.part.tsx";
import { DomainRemovalDialog, type DomainRemovalProps } from "./domain-removal-dialog.part.tsx";

type DomainsPageProps = Omit<SettingsLayoutProps, "title" | "current" | "children" | "dialog"> & {
  domains: readonly DomainPartProps[];
  mayChange: boolean;
  /** A name that was refused, and why. */
  refused?: { typed: string; error: string } | undefined;
  removal?: DomainRemovalProps | undefined;
};

export function DomainsPage({ domains, mayChange, refused, removal, ...layout }: DomainsPageProps) {
  return (
    <SettingsLayout
      {...layout}
      title="Domains"
      current="domains"
      dialog={removal && <DomainRemovalDialog {...removal} inPage />}
    >
      <PageHead
        title="Domains"
        lead="Where clients sign in. The default is used in every new invite, login email and magic link."
      />
      {mayChange && <DomainAdd slug={layout.agency.slug} {...refused} />}
      <div class="stack stack--5" id="domains">
        {domains.map((domain) => (
          <DomainPart {...domain} />
        ))}
      </div>
    </SettingsLayout>
  );
}
