// A plain list: what it is, a quiet line, and what can be done at its end.
import type { Child } from "hono/jsx";
import { type Passed, passed } from "./attributes.ts";
import { Avatar } from "./avatar.tsx";
import { Icon, type IconName } from "./icon.tsx";

export function Rows(props: Passed & { id?: string | undefined; children: Child }) {
  return (
    <ul class="rows" id={props.id} {...passed(props)}>
      {props.children}
    </ul>
  );
}

type RowProps = {
  id?: string | undefined;
  icon?: IconName | undefined;
  /** Draws initials in front instead of an icon. */
  person?: string | undefined;
  title: Child;
  /** After the title, such as a badge. */
  beside?: Child | undefined;
  text?: Child | undefined;
  children?: Child | undefined;
};

export function Row({ id, icon, person, title, beside, text, children }: RowProps) {
  return (
    <li id={id}>
      {icon && <Icon name={icon} />}
      {person && <Avatar name={person} />}
      <div class="grow">
        <b>{title}</b>
        {beside && <> {beside}</>}
        {text && <small>{text}</small>}
      </div>
      {children}
    </li>
  );
}
