// Whether a contact can sign in, and the button that changes it.
import type { Contact } from "../../src/models/contacts.ts";
import { app } from "../../src/paths.ts";
import { Button } from "../ui/button.tsx";
import { Setting } from "../ui/check.tsx";
import { FormToken } from "../ui/form-token.tsx";
import { momentText } from "../ui/moment.tsx";
import { Panel } from "../ui/panel.tsx";
import { revokeQuestion } from "./contact-actions.tsx";
import { nameOf, type Viewing } from "./contacts-view.ts";

/** What htmx needs to bring the whole page up to date with what an action did. */
export const swapsContact = { "hx-target": "#contact-page", "hx-swap": "outerMorph" } as const;

type AccessProps = Viewing & { contact: Contact };

/** The fields of every form that acts on this page's contact; `from` says where a plain form leads back. */
export function ContactFields({ id }: { id: string }) {
  return (
    <>
      <FormToken />
      <input type="hidden" name="contact" value={id} />
      <input type="hidden" name="from" value="contact" />
    </>
  );
}

function Revoke({ contact, slug }: AccessProps) {
  const action = app.revocations(slug);
  return (
    <form
      class="push"
      method="post"
      action={action}
      hx-post={action}
      {...swapsContact}
      hx-confirm={revokeQuestion(contact)}
      data-confirm-action="Revoke access"
    >
      <ContactFields id={contact.id} />
      <Button type="submit" small variant="danger-quiet" data-confirm-action="Revoke access">
        Revoke access
      </Button>
    </form>
  );
}

function Restore({ contact, slug }: AccessProps) {
  const action = app.restorations(slug);
  return (
    <form class="push" method="post" action={action} hx-post={action} {...swapsContact}>
      <ContactFields id={contact.id} />
      <Button type="submit" small about={nameOf(contact)}>
        Restore access
      </Button>
    </form>
  );
}

function accessWords({ status, revokedAt }: Contact, zone: string): { title: string; hint: string } {
  if (status === "revoked")
    return {
      title: "Cannot sign in",
      hint: revokedAt
        ? `Access was revoked ${momentText(revokedAt, { zone, inSentence: true })}`
        : "Access was revoked",
    };
  if (status === "joined") return { title: "Can sign in", hint: "With a password, a login email or a link" };
  if (status === "invited") return { title: "Can join", hint: "With the invite, or a link that you make" };
  return { title: "Not invited yet", hint: "An invite or a magic link opens the portal" };
}

// What a contact stopped himself is his to take up again; a member does it when he was asked to.
function WorkflowMail({ contact, slug, zone, mayAct }: AccessProps) {
  const { workflowMailStoppedAt: stoppedAt } = contact;
  const hint = stoppedAt
    ? `Stopped ${momentText(stoppedAt, { zone, precision: "day", inSentence: true })}`
    : "Workflows may write to this contact";
  const action = app.contactWorkflowMail(slug, contact.id);
  return (
    <Setting title="Automatic emails" hint={hint}>
      {mayAct && (
        <form method="post" action={action} hx-post={action} {...swapsContact}>
          <FormToken />
          <Button type="submit" small name="workflow_mail" value={stoppedAt ? "on" : "off"} about="automatic emails">
            {stoppedAt ? "Send again" : "Stop"}
          </Button>
        </form>
      )}
    </Setting>
  );
}

export function ContactAccess(props: AccessProps) {
  const { contact, zone, mayAct } = props;
  const { title, hint } = accessWords(contact, zone);
  const passwordSet = contact.passwordSetAt && momentText(contact.passwordSetAt, { zone, inSentence: true });
  const action = contact.status === "revoked" ? <Restore {...props} /> : <Revoke {...props} />;
  return (
    <Panel id="contact-access" title="Access" foot={mayAct ? action : undefined}>
      <Setting title={title} hint={hint}>
        {null}
      </Setting>
      <Setting title="Password" hint={passwordSet ? `Set ${passwordSet}` : "Not set"}>
        {null}
      </Setting>
      <WorkflowMail {...props} />
    </Panel>
  );
}
