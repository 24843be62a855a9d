// One domain: where it stands, what is wrong with it, the records to set, and what may be done with it.
import { app } from "../../src/paths.ts";
import { Badge } from "../ui/badge.tsx";
import { Button, ButtonLink } from "../ui/button.tsx";
import { Callout } from "../ui/callout.tsx";
import { Disclosure } from "../ui/disclosure.tsx";
import { FormToken } from "../ui/form-token.tsx";
import { Moment } from "../ui/moment.tsx";
import { Steps } from "../ui/steps.tsx";
import { opensDialog } from "./contacts-view.ts";
import { LastCheckTable } from "./domain-last-check.tsx";
import type { DomainView } from "./domain-notes.ts";
import { DomainNotes } from "./domain-notes-list.tsx";
import { DomainRecords } from "./domain-records.tsx";
import { badgeOf, nextCheckWords, paceOf, renewalOf, stepsOf } from "./domain-words.ts";

export type DomainPartProps = DomainView & {
  slug: string;
  mayChange: boolean;
  zone: string;
  now: Date;
  /** Says what this part shows, so that an answer which shows the same need not be sent. */
  version: string;
};

const idOf = ({ domain }: DomainView) => `domain-${domain.id}`;

export function DomainPart(props: DomainPartProps) {
  const { domain, slug, now, version } = props;
  const pace = paceOf(domain, now);
  // The name stands in as the sign of waiting, and shows nothing: else the buttons inside would flicker with every question.
  const polls = pace
    ? {
        "hx-get": app.domain(slug, domain.id, version),
        "hx-trigger": pace,
        "hx-swap": "outerHTML",
        "hx-indicator": `#${idOf(props)}-name`,
      }
    : {};
  return (
    <section class="panel" id={idOf(props)} aria-labelledby={`${idOf(props)}-name`} {...polls}>
      <Head {...props} />
      <div class="panel__body stack">
        <Steps steps={stepsOf(props)} />
        <DomainNotes {...props} />
        {!domain.included && <Records {...props} />}
      </div>
      {!domain.included && <DomainFoot {...props} />}
    </section>
  );
}

function Head(props: DomainPartProps) {
  const { domain, slug, mayChange } = props;
  const badge = badgeOf(props);
  return (
    <div class="panel__head">
      <h2 id={`${idOf(props)}-name`} class="row">
        <span class="break">{domain.shownName}</span> <Badge tone={badge.tone}>{badge.word}</Badge>
        {domain.selected && <Badge tone="accent">Default</Badge>}
      </h2>
      {mayChange && !domain.included && <CheckNow {...props} />}
      {mayChange && domain.state === "active" && !domain.selected && (
        <ButtonLink
          small
          href={app.domainSelection(slug, domain.id, "domains")}
          about={domain.shownName}
          {...opensDialog(app.domainSelection(slug, domain.id, "domains"))}
        >
          Make default
        </ButtonLink>
      )}
    </div>
  );
}

function CheckNow(props: DomainPartProps) {
  const { domain, slug } = props;
  const action = app.domainChecks(slug, domain.id);
  return (
    <form method="post" action={action} hx-post={action} hx-target={`#${idOf(props)}`} hx-swap="outerHTML">
      <FormToken />
      <Button type="submit" small icon="refresh" about={domain.shownName} id={`${idOf(props)}-check`}>
        Check now
      </Button>
    </form>
  );
}

function Records(props: DomainPartProps) {
  const { domain } = props;
  const done = domain.state === "active";
  const records = (
    <>
      {!done && <Advice {...props} />}
      <DomainRecords domain={domain} />
    </>
  );
  return (
    <>
      {done ? <Disclosure summary="DNS records">{records}</Disclosure> : records}
      {domain.lastCheck && (
        <Disclosure summary="What the last check found">
          <LastCheckTable {...props} />
        </Disclosure>
      )}
    </>
  );
}

function Advice({ domain }: DomainPartProps) {
  const wait = "Most providers publish them within an hour; some take a day.";
  if (domain.apex)
    return (
      <>
        <Callout tone="wait">
          <p>
            <b>{`${domain.shownName} is a whole domain, not a subdomain.`}</b> It cannot hold a CNAME, and pointing it
            here takes it away from the website that stands there now. A subdomain such as{" "}
            <code class="break">{`clients.${domain.shownName}`}</code> is easier.
          </p>
        </Callout>
        <p class="small muted">
          {"Set these records where your domain is managed. Where your provider offers ALIAS or ANAME, point it at "}
          <code class="break">{domain.records.target}</code>
          {` instead of an A record. ${wait}`}
        </p>
      </>
    );
  if (domain.needsTxt) return <p class="small muted">{`Set both records where your domain is managed. ${wait}`}</p>;
  return (
    <p class="small muted">
      {`Set these records where your domain is managed. The TXT record is needed only behind a proxy such as Cloudflare’s. ${wait}`}
    </p>
  );
}

/** When it was checked and will be again; sent alone while nothing else about the domain changes. */
export function DomainFoot(props: DomainPartProps) {
  const { domain, slug, mayChange, zone, now } = props;
  const renewal = renewalOf(props);
  return (
    <div class="panel__foot" id={`${idOf(props)}-foot`}>
      <span>
        {renewal && (
          <>
            {"Certificate renews by "}
            <Moment at={renewal} zone={zone} now={now} inSentence />
            {". "}
          </>
        )}
        {domain.checkedAt && (
          <>
            {"Last checked "}
            <Moment at={domain.checkedAt} zone={zone} now={now} inSentence />
            {". "}
          </>
        )}
        {nextCheckWords(domain.nextCheckIn)}
      </span>
      {mayChange && (
        <ButtonLink
          small
          variant="danger-quiet"
          class="push"
          href={app.domainRemoval(slug, domain.id)}
          about={domain.shownName}
          {...opensDialog(app.domainRemoval(slug, domain.id))}
        >
          Remove
        </ButtonLink>
      )}
    </div>
  );
}
