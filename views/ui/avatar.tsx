// Initials for a person or an agency, and the pair of avatar and name.
import type { Child } from "hono/jsx";
import { classes } from "./attributes.ts";

type AvatarProps = {
  name: string;
  square?: boolean | undefined;
  size?: "sm" | "lg" | undefined;
};

const letter = /\p{L}|\p{N}/u;

/** One or two capitals for a name: the first of its first and last word, or of an address before the @; "?" when it has no letter. */
export function initials(name: string): string {
  const words = (name.split("@")[0] ?? "").split(/[\s._-]+/u).filter((word) => letter.test(word));
  const picked = words.length > 1 ? [words[0], words.at(-1)] : words;
  const letters = picked.map((word) => letter.exec(word ?? "")?.[0] ?? "");
  return letters.join("").toLocaleUpperCase("en") || "?";
}

/** Decoration beside a name that is written out; square and branded for an agency. */
export function Avatar({ name, square, size }: AvatarProps) {
  return (
    <span
      class={classes("avatar", square && "avatar--sq", size && `avatar--${size}`)}
      data-brand={square ? "" : undefined}
      aria-hidden="true"
    >
      {initials(name)}
    </span>
  );
}

type WhoProps = { name: string; detail?: Child | undefined; href?: string | undefined };

/** A person in a line: avatar, name (linked when there is somewhere to go), and a quiet line under it. */
export function Who({ name, detail, href }: WhoProps) {
  return (
    <div class="who">
      <Avatar name={name} />
      <span>
        {href ? <a href={href}>{name}</a> : <b>{name}</b>}
        {detail && <small>{detail}</small>}
      </span>
    </div>
  );
}
