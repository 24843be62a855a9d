// What inviting a list would do, or has done: one line for each outcome, before anything is sent and afterwards.
import type { Child } from "hono/jsx";
import type { Group } from "../../src/models/email-batches.ts";
import type { InviteOutcome, InvitePlan } from "../../src/models/invitations.ts";
import type { PastedList } from "../../src/models/pasted-addresses.ts";
import { app } from "../../src/paths.ts";
import { ButtonLink } from "../ui/button.tsx";
import { Callout } from "../ui/callout.tsx";
import { Check } from "../ui/check.tsx";
import { Disclosure } from "../ui/disclosure.tsx";
import { momentText } from "../ui/moment.tsx";
import { Row, Rows } from "../ui/rows.tsx";
import { possessive } from "./contact-actions.tsx";
import { nameOf, opensDialog } from "./contacts-view.ts";
import { counted, groupOf, namesOf } from "./people-words.ts";

export type InviteReport = {
  plan: InvitePlan;
  pasted: Pick<PastedList, "faults" | "repeated">;
  remind: boolean;
  /** After sending: says what was done instead of what would be. */
  done?: boolean | undefined;
};
type Props = InviteReport & { slug: string; zone: string };
type Found = Group<InviteOutcome>;

/** "2 invites, 1 reminder", for the foot of the dialog. */
export function inviteCount({ plan }: InviteReport): string {
  const invites = plan.emails - plan.reminders;
  const parts = [
    ...(invites > 0 ? [counted(invites, "invite")] : []),
    ...(plan.reminders > 0 ? [counted(plan.reminders, "reminder")] : []),
  ];
  return parts.join(", ");
}

/** The words of the button that sends. */
export function sendWords({ plan }: InviteReport): string {
  if (plan.emails === 0) return "Send invites";
  return `Send ${counted(plan.emails, plan.reminders > 0 ? "email" : "invite")}`;
}

function Invited({ plan, done }: Props) {
  const fresh = groupOf(plan, "new");
  const known = groupOf(plan, "invite");
  const count = (fresh?.count ?? 0) + (known?.count ?? 0);
  if (count === 0) return null;
  const [news, knowns] = [fresh?.count ?? 0, known?.count ?? 0];
  const people = [...(known?.people ?? []), ...(fresh?.people ?? [])];
  const mixed = `${news} ${news === 1 ? "is a new contact" : "are new contacts"}, ${knowns} ${knowns === 1 ? "is a contact" : "are contacts"} you already have`;
  const title = done ? `${count} ${count === 1 ? "is" : "are"} invited` : `${count} will be invited`;
  return <Row icon="check" title={title} text={news > 0 && knowns > 0 ? mixed : namesOf(people, count)} />;
}

function Reminded({ plan, remind, done, zone }: Props) {
  const group = groupOf(plan, "remind");
  if (!group) return null;
  const [first] = group.people;
  const names = namesOf(group.people, group.count);
  const day = first?.invitedAt && momentText(first.invitedAt, { zone, precision: "day", inSentence: true });
  const on = group.count > 1 || !day ? "before" : /^(?:today|yesterday)$/.test(day) ? day : `on ${day}`;
  const title = `${group.count} ${group.count === 1 ? "was" : "were"} invited ${on}`;
  const gets = `${names} ${group.count === 1 ? "gets" : "get"} a reminder`;
  const text = done ? (remind ? gets : `${names}: no reminder`) : `${gets} instead`;
  return (
    <Row icon="half" title={title} text={text}>
      {!done && (
        <>
          <input type="hidden" name="remind_asked" value="1" />
          <Check name="remind" checked={remind}>
            Remind
          </Check>
        </>
      )}
    </Row>
  );
}

function Restored({ plan, done }: Props) {
  const [person] = groupOf(plan, "restore")?.people ?? [];
  if (!person) return null;
  const name = nameOf(person);
  if (done) return <Row icon="key" title={`${possessive(name)} access is restored`} text="An email is on its way" />;
  return (
    <Callout tone="wait">
      <p>
        <b>{`${possessive(name)} access is revoked`}</b>
      </p>
      <p>Sending restores it, and the email leads back in.</p>
    </Callout>
  );
}

function Joined({ plan, slug }: Props) {
  const group = groupOf(plan, "joined");
  if (!group) return null;
  const ids = group.people.flatMap(({ contactId }) => contactId ?? []);
  const href = `${app.loginEmails(slug)}?${new URLSearchParams(ids.map((id) => ["contact", id])).toString()}`;
  const text = `${namesOf(group.people, group.count)} ${group.count === 1 ? "is" : "are"} left out`;
  return (
    <Row icon="user" title={`${group.count} ${group.count === 1 ? "has" : "have"} joined`} text={text}>
      {ids.length === group.count && (
        <ButtonLink small href={href} {...opensDialog(href)}>
          Login email
        </ButtonLink>
      )}
    </Row>
  );
}

const leftOut: readonly { outcome: InviteOutcome; words: (group: Found) => { title: string; text: string } }[] = [
  {
    outcome: "waiting",
    words: ({ count, people }) => ({
      title: `${count} ${count === 1 ? "has" : "have"} an invite on its way`,
      text: `${namesOf(people, count)} ${count === 1 ? "is" : "are"} left out`,
    }),
  },
  {
    outcome: "revoked",
    words: ({ count, people }) => ({
      title: `${count} ${count === 1 ? "is" : "are"} left out`,
      text: count === 1 ? `${possessive(namesOf(people, 1))} access is revoked` : `Revoked: ${namesOf(people, count)}`,
    }),
  },
  {
    outcome: "suppressed",
    words: ({ count, people }) => ({
      title: `${count} ${count === 1 ? "is" : "are"} left out`,
      text: `Email to ${namesOf(people, count)} came back before`,
    }),
  },
  {
    outcome: "over-limit",
    words: ({ count, people }) => ({
      title: `${count} ${count === 1 ? "is" : "are"} over the limit of a day`,
      text: `${namesOf(people, count)}. An agency sends 200 invites a day in its first week, and 5,000 after.`,
    }),
  },
];

function Faults({ pasted: { faults } }: Props) {
  if (faults.length === 0) return null;
  const title = `${faults.length} ${faults.length === 1 ? "is not an address" : "are not addresses"}`;
  const text = (
    <>
      {faults.slice(0, 10).map(({ typed }) => (
        <>
          <span class="mono">{typed}</span>
          <br />
        </>
      ))}
      {faults.length > 10 && `and ${faults.length - 10} more`}
    </>
  );
  return <Row icon="alert" title={title} text={text} />;
}

const outcomeWords: Readonly<Record<InviteOutcome, string>> = {
  new: "new contact, invited",
  invite: "invited",
  remind: "reminded",
  restore: "restored",
  waiting: "has an invite on its way",
  joined: "has joined",
  revoked: "revoked",
  suppressed: "came back before",
  "over-limit": "over the limit",
};

function EachAddress({ plan, remind }: Props) {
  const lines = plan.groups.flatMap(({ outcome, people }) =>
    people.map(({ email }) => `${email}: ${outcome === "remind" && !remind ? "left out" : outcomeWords[outcome]}`),
  );
  if (lines.length < 2) return null;
  return (
    <Disclosure summary="Each address">
      <ul class="small stack stack--1">
        {lines.map((line) => (
          <li>{line}</li>
        ))}
      </ul>
    </Disclosure>
  );
}

/** The lines themselves; the part's frame stays where it is, so that whoever is typing keeps his place. */
export function InviteOutcomes(props: Props) {
  const { plan, pasted } = props;
  const nothing = plan.groups.length === 0 && pasted.faults.length === 0;
  if (nothing) return null;
  return (
    <>
      <Restored {...props} />
      <Rows>
        <Invited {...props} />
        <Reminded {...props} />
        <Joined {...props} />
        {leftOut.map(({ outcome, words }) => {
          const group = groupOf(plan, outcome);
          return group && <Row icon="ban" {...words(group)} />;
        })}
        <Faults {...props} />
      </Rows>
      {pasted.repeated > 0 && (
        <p class="small muted">{`${counted(pasted.repeated, "repeated address", "repeated addresses")} left out`}</p>
      )}
      <EachAddress {...props} />
    </>
  );
}

/** The part in its dialog: asks anew when what stands in `listens` changes. */
export function PasteResult({ slug, listens, children }: { slug: string; listens: string; children?: Child }) {
  return (
    <div
      class="stack stack--3"
      id="paste-result"
      aria-live="polite"
      hx-post={app.invitationsPreview(slug)}
      hx-trigger={`${listens}, change`}
      hx-include="closest form"
      hx-swap="innerMorph"
      hx-sync="this:replace"
    >
      {children}
    </div>
  );
}

/** In a reply: the lines as they are now; a part of the page also when there are none. */
export function InviteOutcomesUpdate(props: Props) {
  return (
    <hx-partial hx-target="#paste-result" hx-swap="innerMorph">
      <InviteOutcomes {...props} />
    </hx-partial>
  );
}

/** In a reply: the words at the dialog's foot as they are now. */
export function InviteFootUpdate(props: InviteReport) {
  return (
    <>
      <hx-partial hx-target="#invite-count" hx-swap="innerHTML">
        {inviteCount(props)}
      </hx-partial>
      <hx-partial hx-target="#invite-send" hx-swap="innerHTML">
        {sendWords(props)}
      </hx-partial>
    </>
  );
}
