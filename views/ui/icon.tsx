// One symbol of the sprite; decoration only, so the words beside it must be enough.
import { asset } from "./assets.ts";
import { classes } from "./attributes.ts";

/** Every symbol of the sprite, without its `i-`. */
export const iconNames = [
  "alert",
  "ban",
  "bold",
  "braces",
  "brush",
  "button",
  "calendar",
  "chart",
  "chat",
  "check",
  "clock",
  "copy",
  "done",
  "down",
  "download",
  "eye",
  "fail",
  "finger",
  "folder",
  "globe",
  "half",
  "help",
  "home",
  "invoice",
  "key",
  "left",
  "link",
  "list",
  "lock",
  "log",
  "mail",
  "mark",
  "megaphone",
  "menu",
  "monitor",
  "more",
  "none",
  "open",
  "phone",
  "plus",
  "qr",
  "refresh",
  "right",
  "search",
  "send",
  "signout",
  "slash",
  "sortd",
  "sortu",
  "tag",
  "template",
  "updown",
  "upload",
  "user",
  "userplus",
  "users",
  "x",
] as const;

export type IconName = (typeof iconNames)[number];

export function Icon({ name, large }: { name: IconName; large?: boolean | undefined }) {
  return (
    <svg class={classes("icon", large && "icon--lg")} aria-hidden="true">
      <use href={`${asset("img/icons.svg")}#i-${name}`} />
    </svg>
  );
}
