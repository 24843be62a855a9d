// Something the agency tells its contacts, at the top of the portal.
import type { Child } from "hono/jsx";
import { IconButton } from "./button.tsx";
import { Icon, type IconName } from "./icon.tsx";

type NoticeProps = {
  id: string;
  title: string;
  icon?: IconName | undefined;
  /** Whether a button takes it away for this visit. */
  dismissible?: boolean | undefined;
  children: Child;
};

export function Notice({ id, title, icon, dismissible, children }: NoticeProps) {
  return (
    <section class="notice" id={id} aria-labelledby={`${id}-title`}>
      <Icon name={icon ?? "megaphone"} />
      <div>
        <h2 id={`${id}-title`}>{title}</h2>
        <p>{children}</p>
      </div>
      {dismissible && <IconButton icon="x" label="Dismiss" variant="quiet" small data-close="" />}
    </section>
  );
}
