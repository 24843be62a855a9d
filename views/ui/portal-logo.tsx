// The agency's mark and name on its portal.
import { initials } from "./avatar.tsx";

export function PortalLogo({ agency, href }: { agency: string; href: string }) {
  return (
    <a class="plogo" href={href}>
      <span class="plogo__mark" aria-hidden="true">
        {initials(agency)}
      </span>
      {agency}
    </a>
  );
}
