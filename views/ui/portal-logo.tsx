// The agency's mark and name on its portal: its logo where it has one, else its initials.
import type { Logo } from "../../src/models/branding.ts";
import { classes } from "./attributes.ts";
import { initials } from "./avatar.tsx";

/** A logo with the address that it has on this host. */
export type LogoImage = Omit<Logo, "hash"> & { src: string };

type PortalLogoProps = { agency: string; href?: string | undefined; logo?: LogoImage | undefined };

function Mark({ agency, logo }: PortalLogoProps) {
  if (!logo)
    return (
      <span class="plogo__mark" aria-hidden="true">
        {initials(agency)}
      </span>
    );
  return (
    <span class={classes("plogo__image", logo.ground && `plogo__image--${logo.ground}`)}>
      <img src={logo.src} width={logo.width} height={logo.height} alt="" />
    </span>
  );
}

/** Beside a wide logo, which spells the name out as a rule, the name is for screen readers alone. Without `href` it is no link. */
export function PortalLogo({ agency, href, logo }: PortalLogoProps) {
  const wide = logo !== undefined && logo.width > 2 * logo.height;
  const inside = (
    <>
      <Mark agency={agency} logo={logo} />
      <span class={wide ? "sr-only" : undefined}>{agency}</span>
    </>
  );
  if (href === undefined) return <span class="plogo">{inside}</span>;
  return (
    <a class="plogo" href={href}>
      {inside}
    </a>
  );
}
