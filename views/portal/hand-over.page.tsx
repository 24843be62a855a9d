// Between two hosts of one agency: the form that takes the session along, and presses its own button.
import { portal } from "../../src/paths.ts";
import { PortalSignedOutLayout } from "../layouts/portal-signed-out.layout.tsx";
import { asset } from "../ui/assets.ts";
import { Button } from "../ui/button.tsx";
import { FormToken } from "../ui/form-token.tsx";
import type { PortalSite } from "./site.ts";

export type HandOverPageProps = { site: PortalSite; token: string; next: string };

export function HandOverPage({ site, token, next }: HandOverPageProps) {
  return (
    <PortalSignedOutLayout {...site} title="Your portal has a new address" lead="You stay signed in.">
      <form
        class="stack stack--4"
        id="hand-over"
        method="post"
        action={portal.handOverTaking(token)}
        data-self-submit=""
      >
        <FormToken />
        <input type="hidden" name="next" value={next} />
        <Button type="submit" variant="brand" block>
          Continue
        </Button>
        <script src={asset("js/link.js")} type="module" />
      </form>
    </PortalSignedOutLayout>
  );
}
