// Catalogue: rows, facts, timeline, steps, progress, disclosure.
import { Badge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { Disclosure } from "../ui/disclosure.tsx";
import { Facts } from "../ui/facts.tsx";
import { Progress, Tally } from "../ui/progress.tsx";
import { Row, Rows } from "../ui/rows.tsx";
import { EmailStatus } from "../ui/status.tsx";
import { Steps } from "../ui/steps.tsx";
import { Timeline, TimelineDay, TimelineItem } from "../ui/timeline.tsx";
import { Example, Section } from "./catalogue-section.tsx";

const at = new Date("2026-11-23T09:12:00Z");

function Work() {
  return (
    <Example name="Progress, tally, rows">
      <Progress id="bar" done={17} of={23} note="About 12 seconds left" />
      <Tally
        items={[
          { label: <EmailStatus state="queued" />, value: 6 },
          { label: <EmailStatus state="sent" />, value: 15 },
          { label: <EmailStatus state="failed" />, value: 2 },
        ]}
      />
      <Rows>
        <Row person="Chloé Marchetti" title="Chloé Marchetti" text="Mailbox full. The server asked us to try later.">
          <Button small about="Chloé Marchetti">
            Retry
          </Button>
        </Row>
        <Row person="Maya Okafor" title="Maya Okafor" text="maya@brightwater.example">
          <EmailStatus state="sent" />
        </Row>
        <Row
          icon="phone"
          title="Safari on iPhone"
          beside={<Badge tone="good">This device</Badge>}
          text="London, United Kingdom"
        />
      </Rows>
    </Example>
  );
}

function History() {
  return (
    <Example name="Timeline">
      <Timeline>
        <TimelineDay>Today</TimelineDay>
        <TimelineItem icon="key" tone="good" at={at} detail="Safari on iPhone, with a login email">
          Signed in from <b>London</b>
        </TimelineItem>
        <TimelineItem icon="mail" at={at} detail="Sent by Ingrid Rye">
          <b>Login email</b> sent
        </TimelineItem>
        <TimelineItem icon="ban" tone="bad" at={at}>
          Sign-in refused: the magic link had expired
        </TimelineItem>
      </Timeline>
    </Example>
  );
}

export function CatalogueLists() {
  return (
    <Section id="lists" title="Lists">
      <Work />
      <History />
      <Example name="Facts, steps, disclosure">
        <Facts
          facts={[
            { name: "Opens", value: "Portal home" },
            { name: "Can be used", value: "Once" },
          ]}
        />
        <Steps
          steps={[
            { label: "DNS found", state: "done" },
            { label: "Issuing certificate", state: "now" },
            { label: "Active", state: "todo" },
            { label: "Failing", state: "fail" },
          ]}
        />
        <Disclosure summary="Show the records">
          <p class="muted">What was folded away.</p>
        </Disclosure>
      </Example>
    </Section>
  );
}
