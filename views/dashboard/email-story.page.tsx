// The story of one e-mail: to whom, how often it was tried, what was answered, and what can be done; never its link.
import type { EmailStory } from "../../src/models/email-log.ts";
import { app } from "../../src/paths.ts";
import { DashboardLayout, type DashboardLayoutProps } from "../layouts/dashboard.layout.tsx";
import { ButtonLink } from "../ui/button.tsx";
import { Facts } from "../ui/facts.tsx";
import { Moment, momentText } from "../ui/moment.tsx";
import { Crumbs, PageHead } from "../ui/page-head.tsx";
import { Panel } from "../ui/panel.tsx";
import { EmailStatus } from "../ui/status.tsx";
import { Timeline, TimelineDay, TimelineItem } from "../ui/timeline.tsx";
import { emailWords } from "./activity-words.tsx";
import { opensDialog } from "./contacts-view.ts";
import { EmailAction } from "./email-log.part.tsx";
import { stepWords } from "./email-log-view.ts";

export type StoryProps = { slug: string; zone: string; mayAct: boolean; email: EmailStory };

function Actions({ slug, email }: StoryProps) {
  const about = `to ${email.name || email.to}`;
  const target = "email-story";
  const fix = email.fixable && email.contactId && app.contactAddress(slug, email.contactId);
  return (
    <>
      {email.retryable && (
        <EmailAction action={app.emailRetry(slug, email.id)} target={target} label="Retry" about={about} />
      )}
      {fix && (
        <ButtonLink variant="primary" href={fix} {...opensDialog(fix)}>
          Fix address and resend
        </ButtonLink>
      )}
      {email.waits && (
        <EmailAction
          action={app.emailCancellation(slug, email.id)}
          target={target}
          label="Cancel email"
          about={about}
        />
      )}
    </>
  );
}

function Steps({ email, zone }: StoryProps) {
  let last = "";
  return (
    <Timeline>
      {email.steps.map((step) => {
        const { icon, tone, text } = stepWords[step.kind];
        const day = momentText(step.at, { zone, precision: "day" });
        const heading = day !== last && <TimelineDay>{day}</TimelineDay>;
        last = day;
        const detail = [step.member && `By ${step.member}.`, step.reason, step.code ?? "", step.response];
        return (
          <>
            {heading}
            <TimelineItem
              icon={icon}
              tone={tone}
              at={step.at}
              zone={zone}
              detail={detail.filter(Boolean).join(" ") || undefined}
            >
              {text}
            </TimelineItem>
          </>
        );
      })}
    </Timeline>
  );
}

const wordsText = ({ name, number }: NonNullable<EmailStory["words"]>) => `${name}, version ${number}`;

export function EmailStoryPart(props: StoryProps) {
  const { slug, zone, mayAct, email } = props;
  const { words, run } = email;
  const to = email.contactId ? <a href={app.contact(slug, email.contactId)}>{email.name || email.to}</a> : email.to;
  const facts = [
    { name: "To", value: to },
    { name: "Address", value: <span class="break">{email.to}</span> },
    { name: "Status", value: <EmailStatus state={email.status} /> },
    ...(email.reason ? [{ name: "Reason", value: email.reason }] : []),
    { name: "Queued", value: <Moment at={email.at} zone={zone} /> },
    { name: "Attempts", value: String(email.attempts) },
    ...(words ? [{ name: "Words", value: <a href={app.emailTemplate(slug, words.key)}>{wordsText(words)}</a> }] : []),
    ...(run
      ? [
          {
            name: "Workflow",
            value: <a href={app.workflowRun(slug, run.workflowId, run.id)}>{run.workflowName}</a>,
          },
        ]
      : []),
    ...(email.personalMessage ? [{ name: "Personal message", value: email.personalMessage }] : []),
  ];
  return (
    <div class="stack stack--6" id="email-story">
      <PageHead title={emailWords[email.kind]} lead={`To ${email.name || email.to}`}>
        <div class="row">
          {email.batchId && <ButtonLink href={app.emailLog(slug, { batch: email.batchId })}>Whole batch</ButtonLink>}
          {mayAct && <Actions {...props} />}
        </div>
      </PageHead>
      <div class="split">
        <Panel title="What happened" titleId="story-title">
          <Steps {...props} />
        </Panel>
        <Panel title="Email" titleId="story-email-title">
          <Facts facts={facts} />
        </Panel>
      </div>
    </div>
  );
}

type EmailStoryPageProps = Omit<DashboardLayoutProps, "title" | "children" | "current"> & { story: StoryProps };

export function EmailStoryPage({ story, ...layout }: EmailStoryPageProps) {
  const title = `${emailWords[story.email.kind]} to ${story.email.name || story.email.to}`;
  return (
    <DashboardLayout {...layout} title={title} current="log">
      <Crumbs links={[{ href: app.emailLog(story.slug), label: "Email log" }]} current={title} />
      <EmailStoryPart {...story} />
    </DashboardLayout>
  );
}
