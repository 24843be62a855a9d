// The dialog that invites: picking contacts and typing addresses, or pasting a list; what each address gets stands there before anything is sent.
import { app } from "../../src/paths.ts";
import { Button } from "../ui/button.tsx";
import { Callout } from "../ui/callout.tsx";
import { Chip, ChipTemplate, Combo } from "../ui/combo.tsx";
import { Dialog, DialogClose } from "../ui/dialog.tsx";
import { describedBy, Field } from "../ui/field.tsx";
import { Textarea, TextareaField } from "../ui/input.tsx";
import { nameOf } from "./contacts-view.ts";
import { InviteOutcomes, type InviteReport, inviteCount, PasteResult, sendWords } from "./paste-result.part.tsx";
import { spanText } from "./people-words.ts";

export type InvitationDialogProps = {
  slug: string;
  zone: string;
  agencyName: string;
  portalHost: string;
  mode: "pick" | "paste";
  /** The id of the batch that this form makes, so that it makes one. */
  batchKey: string;
  contacts: readonly { id: string; name: string; email: string }[];
  /** Addresses as they were typed or pasted. */
  emails: string;
  /** Everybody whom a filter of the list matches, instead of contacts. */
  everybody?: { status: string; q: string; tag: string; count: number } | undefined;
  message: string;
  messageMax: number;
  report: InviteReport;
  errors?: Readonly<Record<string, string>> | undefined;
  inPage?: boolean | undefined;
};

function ModeLink({ slug, mode }: InvitationDialogProps) {
  const href = app.invitations(slug, mode === "pick" ? { mode: "paste" } : {});
  return (
    <a href={href} hx-get={href} hx-target="#dialog" hx-include="#invite-message">
      {mode === "pick" ? "Paste a list" : "Search contacts"}
    </a>
  );
}

function Picker(props: InvitationDialogProps) {
  const { slug, contacts, emails, errors } = props;
  const words = { id: "invite-to", error: errors?.["emails"] };
  const typed = emails.split("\n").filter(Boolean);
  // One line of typed text stays in the field; several become chips.
  const chips = typed.length > 1 ? typed : [];
  return (
    <Field {...words} label="To" aside={<ModeLink {...props} />}>
      <Combo
        id="invite-to"
        name="emails"
        freeName="emails"
        list="contact-options"
        listLabel="Matching contacts"
        chipsId="invite-recipients"
        value={typed.length === 1 ? typed[0] : undefined}
        chips={
          <>
            {contacts.map((contact) => (
              <Chip name="contact" value={contact.id} label={nameOf(contact)} />
            ))}
            {chips.map((email) => (
              <Chip name="emails" value={email} label={email} />
            ))}
          </>
        }
        describedBy={describedBy(words, "paste-result")}
        invalid={Boolean(errors?.["emails"])}
        autofocus
        hx-get={app.contactOptions(slug)}
        hx-trigger="input changed delay:200ms"
        hx-target="#contact-options"
        hx-swap="innerHTML"
        hx-sync="this:replace"
      />
      <ChipTemplate />
    </Field>
  );
}

function PasteField(props: InvitationDialogProps) {
  const words = { id: "invite-emails", error: props.errors?.["emails"] };
  return (
    <Field {...words} label="Addresses" aside={<ModeLink {...props} />}>
      <Textarea
        id="invite-emails"
        name="emails"
        rows={6}
        mono
        value={props.emails}
        invalid={Boolean(words.error)}
        autofocus
        aria-describedby={describedBy(words, "paste-result")}
      />
      {props.contacts.map(({ id }) => (
        <input type="hidden" name="contact" value={id} />
      ))}
    </Field>
  );
}

function Everybody({ everybody, errors }: InvitationDialogProps) {
  if (!everybody) return null;
  const { status, q, tag, count } = everybody;
  return (
    <>
      <input type="hidden" name="all" value="1" />
      <input type="hidden" name="status" value={status} />
      <input type="hidden" name="q" value={q} />
      <input type="hidden" name="tag" value={tag} />
      <Callout tone={errors?.["emails"] ? "bad" : undefined} icon="users">
        <p>
          <b>{count === 1 ? "1 contact" : `${count} contacts`}</b>
          {q || tag
            ? ` that match ${[q, tag && `tag: ${tag}`]
                .filter(Boolean)
                .map((one) => `“${one}”`)
                .join(" and ")}`
            : " of your list"}
        </p>
        {errors?.["emails"] && <p>{errors["emails"]}</p>}
      </Callout>
    </>
  );
}

const leads = {
  pick: "Pick contacts or type an email address. Press Enter after each one.",
  paste: "Paste addresses in any shape: commas, lines, or “Name <email>”.",
} as const;

export function InvitationDialog(props: InvitationDialogProps) {
  const { slug, mode, everybody, report, message, errors, inPage } = props;
  const close = app.portal(slug);
  return (
    <Dialog
      id="invite"
      title="Invite to client portal"
      lead={everybody ? undefined : leads[mode]}
      closeHref={close}
      action={app.invitations(slug)}
      inPage={inPage}
      hx-post={app.invitations(slug)}
      hx-target="#dialog"
      hx-swap="innerHTML"
      hx-disable="find button[type=submit]"
      foot={<Foot close={close} report={report} />}
    >
      <input type="hidden" name="key" value={props.batchKey} />
      <input type="hidden" name="mode" value={mode} />
      {everybody ? <Everybody {...props} /> : mode === "pick" ? <Picker {...props} /> : <PasteField {...props} />}
      <PasteResult
        slug={slug}
        listens={mode === "pick" ? "chips-changed from:#invite-to" : "input delay:400ms from:#invite-emails"}
      >
        <InviteOutcomes {...report} slug={slug} zone={props.zone} />
      </PasteResult>
      <TextareaField
        id="invite-message"
        name="message"
        label="Message"
        optional
        rows={3}
        maxlength={props.messageMax}
        counted
        value={message}
        error={errors?.["message"]}
      />
      <Sender {...props} />
    </Dialog>
  );
}

function Foot({ close, report }: { close: string; report: InviteReport }) {
  return (
    <>
      <span id="invite-count" aria-live="polite">
        {inviteCount(report)}
      </span>
      <DialogClose href={close} />
      <Button type="submit" variant="primary">
        <span id="invite-send">{sendWords(report)}</span>
      </Button>
    </>
  );
}

function Sender({ slug, agencyName, portalHost, report: { plan } }: InvitationDialogProps) {
  return (
    <>
      {plan.pausedReason && (
        <Callout tone="wait">{`Sending is paused: ${plan.pausedReason} Invites wait until it goes on.`}</Callout>
      )}
      <p class="small muted">
        Sent from <b>{agencyName}</b>. The link leads to <span class="break">{portalHost}</span> and works for{" "}
        {spanText(plan.lifetimeSeconds)}.{" "}
        <a href={app.emailTemplate(slug, "invite")} target="_blank" rel="noopener">
          Preview the email<span class="sr-only"> in a new tab</span>
        </a>
      </p>
    </>
  );
}
