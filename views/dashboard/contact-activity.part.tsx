// The story of a contact by day, narrowed to a kind where the reader asks for it, with earlier parts on demand.
import { Fragment } from "hono/jsx";
import type { Activity, ActivityKind } from "../../src/models/contact-activity.ts";
import { app } from "../../src/paths.ts";
import { Button } from "../ui/button.tsx";
import { momentText } from "../ui/moment.tsx";
import { Panel } from "../ui/panel.tsx";
import { Select } from "../ui/select.tsx";
import { Timeline, TimelineDay, TimelineItem } from "../ui/timeline.tsx";
import { activityLine } from "./activity-words.tsx";

export type ActivityProps = {
  slug: string;
  zone: string;
  contactId: string;
  activities: readonly Activity[];
  show: ActivityKind | undefined;
  earlier: string | undefined;
  /** Set on a page that begins further back. */
  before?: string | undefined;
};

const kinds = [
  { value: "", label: "Everything" },
  { value: "emails", label: "Emails" },
  { value: "sign-ins", label: "Sign-ins" },
  { value: "access", label: "Access changes" },
];

const swaps = { "hx-target": "#contact-activity", "hx-swap": "outerMorph" } as const;

function Filter({ slug, contactId, show }: ActivityProps) {
  const href = app.contact(slug, contactId);
  return (
    <form method="get" action={href} class="row" hx-get={href} hx-trigger="change" {...swaps}>
      <Select name="show" aria-label="Show" value={show ?? ""} options={kinds} />
      <noscript>
        <Button type="submit" small>
          Show
        </Button>
      </noscript>
    </form>
  );
}

function Items({ activities, zone }: ActivityProps) {
  let last = "";
  return activities.map((activity) => {
    const line = activityLine(activity);
    if (!line) return null;
    const day = momentText(activity.at, { zone, precision: "day" });
    const heading = day !== last && <TimelineDay>{day}</TimelineDay>;
    last = day;
    return (
      <Fragment>
        {heading}
        <TimelineItem icon={line.icon} tone={line.tone} at={activity.at} zone={zone} detail={line.detail}>
          {line.text}
        </TimelineItem>
      </Fragment>
    );
  });
}

function Foot({ slug, contactId, show, earlier, before }: ActivityProps) {
  const link = (words: string, filters: { show?: string | undefined; before?: string | undefined }) => {
    const href = app.contact(slug, contactId, filters);
    return (
      <a href={href} hx-get={href} {...swaps}>
        {words}
      </a>
    );
  };
  if (!earlier && !before) return null;
  return (
    <div class="row">
      {before && link("Show the latest activity", { show })}
      {earlier && link("Show earlier activity", { show, before: earlier })}
    </div>
  );
}

export function ContactActivity(props: ActivityProps) {
  return (
    <Panel
      id="contact-activity"
      title="Activity"
      aside={<Filter {...props} />}
      foot={props.earlier || props.before ? <Foot {...props} /> : undefined}
    >
      {props.activities.length > 0 ? (
        <Timeline>
          <Items {...props} />
        </Timeline>
      ) : (
        <p class="muted">{props.show ? "Nothing of this kind yet." : "Nothing has happened yet."}</p>
      )}
    </Panel>
  );
}
