// What follows asking for an e-mail: the same words whether or not the address is known, and the code for this browser.
import { portal } from "../../src/paths.ts";
import { PortalSignedOutLayout } from "../layouts/portal-signed-out.layout.tsx";
import { Button } from "../ui/button.tsx";
import { FormToken } from "../ui/form-token.tsx";
import { TextField } from "../ui/input.tsx";
import { durationText } from "./duration.ts";
import type { PortalSite } from "./site.ts";

/** What was asked for in this browser. `shown` is the address as it may be shown; `email` is set when it was typed here. */
export type AskedMail = {
  kind: "sign-in-link" | "reset-password";
  shown?: string | undefined;
  email?: string | undefined;
  next: string;
};

type LinkSentPageProps = {
  site: PortalSite;
  asked: AskedMail;
  lifetimeSeconds: number;
  codeSeconds: number;
  error?: string | undefined;
};

function Lead({ asked, lifetimeSeconds }: LinkSentPageProps) {
  return (
    <>
      If {asked.shown ? <b class="break">{asked.shown}</b> : "the address you gave"} has access,{" "}
      {asked.kind === "reset-password" ? "a link to choose a new password" : "a link"} is on its way. It works once, for{" "}
      {durationText(lifetimeSeconds)}.
    </>
  );
}

function CodeForm({ asked, codeSeconds, error }: LinkSentPageProps) {
  return (
    <form class="stack stack--5" id="sign-in-code" method="post" action={portal.signInCode()}>
      <FormToken />
      <input type="hidden" name="next" value={asked.next} />
      <TextField
        id="code"
        name="code"
        label="Six-digit code"
        inputmode="numeric"
        autocomplete="one-time-code"
        maxlength={12}
        hint={`It is in the same email. It works in this browser, for ${durationText(codeSeconds)}.`}
        error={error}
        autofocus={Boolean(error)}
        mono
        required
      />
      <Button type="submit" variant="brand" block>
        Sign in with the code
      </Button>
    </form>
  );
}

function Again({ asked }: { asked: AskedMail }) {
  const action = asked.kind === "reset-password" ? portal.forgotPassword() : portal.signInLink();
  return (
    <form id="link-sent" method="post" action={action}>
      <FormToken />
      <input type="hidden" name="email" value={asked.email} />
      <input type="hidden" name="next" value={asked.next} />
      <Button type="submit" block data-wait={45}>
        Send again
      </Button>
    </form>
  );
}

export function LinkSentPage(props: LinkSentPageProps) {
  const { site, asked } = props;
  return (
    <PortalSignedOutLayout {...site} title="Check your email" icon="mail" lead={<Lead {...props} />}>
      {asked.kind === "sign-in-link" && <CodeForm {...props} />}
      <div class="stack stack--3">
        {asked.email && <Again asked={asked} />}
        <a class="small" href={portal.signIn()}>
          Use a password instead
        </a>
      </div>
    </PortalSignedOutLayout>
  );
}
