// One symbol of the sprite; decoration only, so the words beside it must be enough.
import { raw } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";
import { asset } from "./assets.ts";

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
  "flow",
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

const drawn = new Map<string, HtmlEscapedString>();
let sprite = "";

export function Icon({ name, large }: { name: IconName; large?: boolean | undefined }): HtmlEscapedString {
  const url = asset("img/icons.svg");
  if (url !== sprite) {
    drawn.clear();
    sprite = url;
  }
  const key = large ? `${name} large` : name;
  // A page has a hundred of them, and nobody's words are in it.
  const icon =
    drawn.get(key) ??
    raw(`<svg class="icon${large ? " icon--lg" : ""}" aria-hidden="true"><use href="${url}#i-${name}"/></svg>`);
  drawn.set(key, icon);
  return icon;
}
