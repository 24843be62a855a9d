// One sending domain: where it stands, the address it sends from, the records to set, a test mail, and what may be done with it.
import { app } from "../../src/paths.ts";
import { Badge } from "../ui/badge.tsx";
import { Button, ButtonLink } from "../ui/button.tsx";
import { Callout } from "../ui/callout.tsx";
import { Disclosure } from "../ui/disclosure.tsx";
import { FormToken } from "../ui/form-token.tsx";
import { Moment } from "../ui/moment.tsx";
import { Steps } from "../ui/steps.tsx";
import { opensDialog } from "./contacts-view.ts";
import { nextCheckWords } from "./domain-words.ts";
import { SendingAddress } from "./sending-address.part.tsx";
import { SendingRecords } from "./sending-records.tsx";
import { SendingTest } from "./sending-test.tsx";
import { badgeOf, notesOf, paceOf, type SendingView, stepsOf } from "./sending-words.ts";

export type SendingPartProps = SendingView & {
  slug: string;
  mayChange: boolean;
  zone: string;
  now: Date;
  /** Says what this part shows, so that an answer which shows the same need not be sent. */
  version: string;
};

export function SendingDomainPart(props: SendingPartProps) {
  const { domain, slug, version } = props;
  const id = `sending-${domain.id}`;
  const pace = paceOf(domain);
  const polls = pace
    ? { "hx-get": app.sendingDomain(slug, domain.id, version), "hx-trigger": pace, "hx-swap": "outerHTML" }
    : {};
  return (
    <section class="panel" id={id} aria-labelledby={`${id}-name`} {...polls}>
      <Head {...props} />
      <div class="panel__body stack">
        <Steps steps={stepsOf(props)} />
        {notesOf(props).map(({ tone, title, text }) => (
          <Callout tone={tone}>
            <p>
              <b>{title}</b> {text}
            </p>
          </Callout>
        ))}
        <SendingAddress {...props} />
        <Records {...props} />
        <SendingTest {...props} />
      </div>
      <SendingFoot {...props} />
    </section>
  );
}

function Head(props: SendingPartProps) {
  const { domain, slug, mayChange } = props;
  const badge = badgeOf(props);
  return (
    <div class="panel__head">
      <h2 id={`sending-${domain.id}-name`} class="row">
        <span class="break">{domain.shownDomain}</span> <Badge tone={badge.tone}>{badge.word}</Badge>
        {domain.selected && (
          <Badge tone="accent">{domain.state === "verified" ? "Sender" : "Sender once verified"}</Badge>
        )}
      </h2>
      {mayChange && (
        <div class="row">
          {!domain.selected && domain.state === "verified" && (
            <UseAsSender action={app.sendingSelection(slug, domain.id)} about={domain.shownDomain} />
          )}
          <CheckNow {...props} />
        </div>
      )}
    </div>
  );
}

/** Makes a domain, or the platform's address, the one that mail comes from; it changes more than one panel, so the page is loaded anew. */
export function UseAsSender({ action, about }: { action: string; about: string }) {
  return (
    <form method="post" action={action} hx-post={action} hx-swap="none">
      <FormToken />
      <Button type="submit" small about={about}>
        Use as sender
      </Button>
    </form>
  );
}

function CheckNow({ domain, slug }: SendingPartProps) {
  const action = app.sendingChecks(slug, domain.id);
  return (
    <form method="post" action={action} hx-post={action} hx-target={`#sending-${domain.id}`} hx-swap="outerHTML">
      <FormToken />
      <Button type="submit" small icon="refresh" about={domain.shownDomain} id={`sending-${domain.id}-check`}>
        Check now
      </Button>
    </form>
  );
}

function Records(props: SendingPartProps) {
  if (props.domain.state === "verified")
    return (
      <Disclosure summary="DNS records">
        <SendingRecords {...props} />
      </Disclosure>
    );
  return (
    <>
      <p class="small muted">
        Set these records where your domain is managed. Your mailboxes and your website stay as they are. Most providers
        publish them within an hour; some take a day.
      </p>
      <SendingRecords {...props} />
    </>
  );
}

/** When it was checked and will be again; sent alone while nothing else about the domain changes. */
export function SendingFoot({ domain, slug, mayChange, zone, now }: SendingPartProps) {
  return (
    <div class="panel__foot" id={`sending-${domain.id}-foot`}>
      <span>
        {domain.checkedAt && (
          <>
            {"Last checked "}
            <Moment at={domain.checkedAt} zone={zone} now={now} inSentence />
            {". "}
          </>
        )}
        {nextCheckWords(domain.checking ? 0 : domain.nextCheckIn)}
      </span>
      {mayChange && (
        <ButtonLink
          small
          variant="danger-quiet"
          class="push"
          href={app.sendingRemoval(slug, domain.id)}
          about={domain.shownDomain}
          {...opensDialog(app.sendingRemoval(slug, domain.id))}
        >
          Remove
        </ButtonLink>
      )}
    </div>
  );
}
