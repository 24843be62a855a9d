// The dialog that sends login emails, to one contact, to the ticked ones or to all that match; it says what happens before it does.
import { app } from "../../src/paths.ts";
import { Button } from "../ui/button.tsx";
import { Callout } from "../ui/callout.tsx";
import { Dialog, DialogClose } from "../ui/dialog.tsx";
import { FieldPair } from "../ui/input.tsx";
import { SelectField } from "../ui/select.tsx";
import { nameOf } from "./contacts-view.ts";
import { LoginEmailPlan, type LoginEmailPlanProps, loginSendWords } from "./login-email-plan.part.tsx";
import { destinationWords, type LinkChoices } from "./people-words.ts";

export type LoginEmailDialogProps = LoginEmailPlanProps & {
  slug: string;
  /** The id of the batch that this form makes, so that it makes one. */
  batchKey: string;
  /** The hidden fields that say to whom: `contact` ids, or `all` with a filter. */
  selection: readonly (readonly [name: string, value: string])[];
  choices: LinkChoices;
  lifetime: string;
  destination: string;
  errors?: Readonly<Record<string, string>> | undefined;
  inPage?: boolean | undefined;
};

function titleOf({ plan }: LoginEmailDialogProps): string {
  const [person] = plan.total === 1 ? plan.groups.flatMap(({ people }) => people) : [];
  return `Send login email to ${person ? nameOf(person) : `${plan.total} contacts`}?`;
}

export function LoginEmailDialog(props: LoginEmailDialogProps) {
  const { slug, plan, errors, inPage } = props;
  const close = app.portal(slug);
  return (
    <Dialog
      id="login-email"
      title={titleOf(props)}
      lead="Each gets an email with a button that signs them in, no password needed."
      closeHref={close}
      action={app.loginEmails(slug)}
      inPage={inPage}
      hx-post={app.loginEmails(slug)}
      hx-target="#dialog"
      hx-swap="innerHTML"
      hx-disable="find button[type=submit]"
      foot={
        <>
          <DialogClose href={close} />
          <span class="push" />
          <Button type="submit" variant="primary" icon="mail" disabled={plan.logins + plan.invites === 0}>
            <span id="login-send">{loginSendWords(props)}</span>
          </Button>
        </>
      }
    >
      <input type="hidden" name="key" value={props.batchKey} />
      {props.selection.map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      {errors?.["contact"] && <Callout tone="bad">{errors["contact"]}</Callout>}
      {plan.pausedReason && (
        <Callout tone="wait">{`Sending is paused: ${plan.pausedReason} Emails wait until it goes on.`}</Callout>
      )}
      <div
        hx-post={app.loginEmailsPlan(slug)}
        hx-trigger="change"
        hx-include="closest form"
        hx-target="#login-email-plan"
        hx-swap="outerMorph"
        hx-sync="this:replace"
      >
        <LoginEmailPlan {...props} />
      </div>
      <Options {...props} />
      <p class="small muted">
        Uses the “Login email” template.{" "}
        <a href={app.emailTemplate(slug, "login-email")} target="_blank" rel="noopener">
          Preview or edit it<span class="sr-only"> in a new tab</span>
        </a>
        .
      </p>
    </Dialog>
  );
}

function Options({ choices, lifetime, destination, errors }: LoginEmailDialogProps) {
  return (
    <FieldPair>
      <SelectField
        id="login-lifetime"
        name="lifetime"
        label="Button works for"
        options={choices.lifetimes.map(({ seconds, label }) => ({ value: String(seconds), label }))}
        value={lifetime}
        error={errors?.["lifetime"]}
        autofocus
      />
      <SelectField
        id="login-destination"
        name="destination"
        label="Opens"
        options={choices.destinations.map(({ path, label }) => ({ value: path, label: destinationWords(label) }))}
        value={destination}
        error={errors?.["destination"]}
      />
    </FieldPair>
  );
}
