// A large link on the portal's home.
import type { Child } from "hono/jsx";
import { Icon, type IconName } from "./icon.tsx";

export function Tiles({ children }: { children: Child }) {
  return <div class="tiles">{children}</div>;
}

type TileProps = { href: string; icon: IconName; title: string; text: string; badge?: Child | undefined };

export function Tile({ href, icon, title, text, badge }: TileProps) {
  return (
    <a class="tile" href={href}>
      <span class="tile__mark">
        <Icon name={icon} />
      </span>
      <b>{title}</b>
      <small>{text}</small>
      {badge ?? <Icon name="right" />}
    </a>
  );
}
