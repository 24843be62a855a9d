// What happened, newest first, by day.
import type { Child } from "hono/jsx";
import { type Passed, passed } from "./attributes.ts";
import { Icon, type IconName } from "./icon.tsx";
import { clockText } from "./moment.tsx";

export function Timeline(props: Passed & { id?: string | undefined; children: Child }) {
  return (
    <ol class="timeline" id={props.id} {...passed(props)}>
      {props.children}
    </ol>
  );
}

/** The heading of a day: "Today", "17 November". */
export function TimelineDay({ children }: { children: Child }) {
  return <li class="day">{children}</li>;
}

type TimelineItemProps = {
  icon: IconName;
  tone?: "good" | "bad" | undefined;
  at: Date;
  zone?: string | undefined;
  detail?: Child | undefined;
  children: Child;
};

export function TimelineItem({ icon, tone, at, zone, detail, children }: TimelineItemProps) {
  return (
    <li>
      <span class={tone ? `timeline__dot timeline__dot--${tone}` : "timeline__dot"}>
        <Icon name={icon} />
      </span>
      <p>
        {children}
        {detail && <small>{detail}</small>}
      </p>
      <time datetime={at.toISOString()}>{clockText(at, zone)}</time>
    </li>
  );
}
