// Custom values: the merge tags of an agency's own words, from a closed list, read by a small parser and filled for one recipient.
import { destinations } from "./access-links.ts";

/** Where a value comes from and what it may do: `text` anywhere, `link` as an address, `button` as the message's button. */
export type CustomValueKind = "text" | "link" | "button";

/** One of the list, with words for the screen. `group` is the heading under which the picker shows it. */
export type CustomValue = {
  name: string;
  kind: CustomValueKind;
  group: "Contact" | "Links" | "Agency";
  label: string;
  /** What it stands for, in a few words. */
  about: string;
};

const value = (
  name: string,
  kind: CustomValueKind,
  group: CustomValue["group"],
  label: string,
  about: string,
): CustomValue => ({ name, kind, group, label, about });

/** Every custom value there is, in the order of the picker. */
export const customValues: readonly CustomValue[] = [
  value("contact.first_name", "text", "Contact", "First name", "the first word of the name"),
  value("contact.last_name", "text", "Contact", "Last name", "the name without its first word"),
  value("contact.name", "text", "Contact", "Full name", "as it stands in the list"),
  value("contact.email", "text", "Contact", "Email", "the address that the message goes to"),
  value("contact.company", "text", "Contact", "Company", "as it stands in the list"),
  value("portal.login_button", "button", "Links", "Button", "the message’s link as a button"),
  value("portal.login_url", "link", "Links", "Magic link", "made fresh for each email"),
  value("link.expires_in", "text", "Links", "How long the link works", "such as 3 days"),
  value("link.expires_at", "text", "Links", "When the link ends", "such as Tuesday 8 December"),
  value("portal.url", "text", "Links", "Portal URL", "the same for everyone"),
  value("portal.name", "text", "Agency", "Portal name", "as Branding sets it"),
  value("agency.name", "text", "Agency", "Agency name", "your agency"),
  value("agency.support_email", "text", "Agency", "Help email", "as Branding sets it"),
];

const byName: ReadonlyMap<string, CustomValue> = new Map(customValues.map((one) => [one.name, one]));

/** Names that other products use for ours; they are accepted and rewritten when a text is saved. */
export const customValueAliases: ReadonlyMap<string, string> = new Map([
  ["client_portal.magic_link", "portal.login_url"],
  ["membership.login_url", "portal.login_url"],
  ["contact.portal_login_url", "portal.login_url"],
]);

/** One use of a value in a text. `to` and `ttl` (seconds) are a link's own; `fallback` stands where a contact has no such value. */
export type ValueUse = {
  value: string;
  kind: CustomValueKind;
  to?: string;
  ttl?: number;
  fallback?: string;
  /** Where it stands in what was typed, from 1. */
  line: number;
};

/** A text cut at its values. */
export type Piece = string | ValueUse;

/** What is wrong at one place; `line` counts from 1. */
export type TextFault = { line: number; message: string };

/** What a text was read as. With faults the pieces are those that could be read, and a value that could not is left out. */
export type ReadText = { pieces: Piece[]; faults: TextFault[] };

/** The most that one text, or one template in all, may hold: 64 KiB as UTF-8. */
export const TEXT_BYTES = 65_536;
const MOST_VALUES = 200;
const MOST_FAULTS = 5;
const HOUR = 3_600;
const SHORTEST_LINK = HOUR;
const LONGEST_LINK = 7 * 86_400;
/** How long the link of a custom value works unless its `ttl` says otherwise (rules §1). */
export const LINK_SECONDS = 3 * 86_400;

/** Reads a text and its values. Time grows with its length alone; what is over 64 KiB is not read. */
export function readText(text: string): ReadText {
  if (Buffer.byteLength(text) > TEXT_BYTES) return { pieces: [], faults: [{ line: 1, message: TOO_LONG }] };
  return new Reader(text).read();
}

export const TOO_LONG = "This is longer than 64 KB. Shorten it.";

class Reader {
  readonly text: string;
  at = 0;
  line = 1;
  pieces: Piece[] = [];
  faults: TextFault[] = [];

  constructor(text: string) {
    this.text = text;
  }

  read(): ReadText {
    let uses = 0;
    while (this.at < this.text.length && this.faults.length < MOST_FAULTS) {
      const open = this.text.indexOf("{{", this.at);
      const end = open === -1 ? this.text.length : open;
      this.#literal(this.text.slice(this.at, end));
      this.at = end;
      if (open === -1) break;
      const close = this.#closing(open + 2);
      if (close === -1) {
        this.#fault("This {{ is not closed. Write }} after the name.");
        break;
      }
      const use = this.#use(this.text.slice(open + 2, close));
      if (use) this.pieces.push(use);
      this.at = close + 2;
      uses += 1;
      if (uses > MOST_VALUES) {
        this.#fault(`Use at most ${MOST_VALUES} custom values in one text.`);
        break;
      }
    }
    return { pieces: this.pieces, faults: this.faults };
  }

  #literal(text: string): void {
    const stray = text.indexOf("}}");
    if (stray !== -1) {
      const lines = text.slice(0, stray).split("\n").length - 1;
      this.faults.push({ line: this.line + lines, message: "There is no {{ before this }}." });
    }
    this.line += text.split("\n").length - 1;
    if (text) this.pieces.push(text);
  }

  /** Where the value that begins at `from` ends: on the same line, before another one opens, and not within quotes. */
  #closing(from: number): number {
    let quoted = false;
    for (let at = from; at < this.text.length; at++) {
      const character = this.text[at];
      if (character === "\n") return -1;
      if (quoted && character === "\\") at += 1;
      else if (isQuote(character)) quoted = !quoted;
      else if (!quoted && this.text.startsWith("}}", at)) return at;
      else if (!quoted && this.text.startsWith("{{", at)) return -1;
    }
    return -1;
  }

  #fault(message: string): undefined {
    this.faults.push({ line: this.line, message });
  }

  #use(inside: string): ValueUse | undefined {
    const name = /^\s*([^\s|="“”]*)/u.exec(inside);
    const typed = name?.[1] ?? "";
    if (!typed) return this.#fault("Write a name between {{ and }}, such as {{ contact.first_name }}.");
    const known = byName.get(customValueAliases.get(typed.toLowerCase()) ?? typed.toLowerCase());
    if (!known) return this.#fault(unknownName(typed));
    const use: ValueUse = { value: known.name, kind: known.kind, line: this.line };
    return this.#options(inside.slice(name?.[0].length ?? 0), known, use);
  }

  #options(rest: string, known: CustomValue, use: ValueUse): ValueUse | undefined {
    let left = rest;
    for (;;) {
      left = left.trimStart();
      if (left === "") return use;
      const option = /^(to|ttl)=(?:["“”]([^"“”\n]*)["“”]|([^\s|"“”]+))/u.exec(left);
      if (option) {
        const fault = setOption(use, known, option[1] as "to" | "ttl", option[2] ?? option[3] ?? "");
        if (fault) return this.#fault(fault);
        left = left.slice(option[0].length);
        continue;
      }
      return this.#default(left, known, use);
    }
  }

  #default(left: string, known: CustomValue, use: ValueUse): ValueUse | undefined {
    const found = /^\|\s*default:\s*["“”]((?:[^"“”\\\n]|\\.)*)["“”]\s*$/u.exec(left);
    if (!found)
      return this.#fault(
        `After ${known.name} only | default: "…"${known.kind === "text" ? "" : ', to="/…" and ttl=3d'} can stand.`,
      );
    if (known.kind !== "text") return this.#fault(`${known.name} is never empty, so it needs no default.`);
    use.fallback = (found[1] ?? "").replace(/\\(.)/gu, "$1");
    return use;
  }
}

const isQuote = (character: string | undefined) => character === '"' || character === "“" || character === "”";

function setOption(
  use: ValueUse,
  { name, kind }: CustomValue,
  option: "to" | "ttl",
  typed: string,
): string | undefined {
  if (kind === "text") return `${name} is no link, so it has no ${option}.`;
  if (option === "to") {
    const path = destinations.find((one) => one.path === typed)?.path;
    if (path === undefined) return `A link leads to ${destinations.map((one) => `"${one.path}"`).join(" or ")}.`;
    use.to = path;
    return undefined;
  }
  const seconds = readDuration(typed);
  if (seconds === undefined || seconds < SHORTEST_LINK || seconds > LONGEST_LINK)
    return "A link works from 1 hour to 7 days: write ttl=12h or ttl=3d.";
  use.ttl = seconds;
  return undefined;
}

function readDuration(typed: string): number | undefined {
  const found = /^(\d{1,5})([mhd])$/.exec(typed);
  if (!found) return undefined;
  return Number(found[1]) * (found[2] === "d" ? 86_400 : found[2] === "h" ? HOUR : 60);
}

function writeDuration(seconds: number): string {
  if (seconds % 86_400 === 0) return `${seconds / 86_400}d`;
  return seconds % HOUR === 0 ? `${seconds / HOUR}h` : `${Math.round(seconds / 60)}m`;
}

function unknownName(typed: string): string {
  const shown = Array.from(typed).slice(0, 40).join("");
  const nearest = nearestName(typed);
  return `There is no custom value “${shown}”.${nearest ? ` Did you mean ${nearest}?` : ""}`;
}

/** The name of the list that is nearest to `typed`; undefined when none is near. */
export function nearestName(typed: string): string | undefined {
  const name = typed.toLowerCase().slice(0, 40);
  const part = name.split(".").at(-1) ?? name;
  const distances = [...byName.keys()].map((known) => {
    const own = known.split(".").at(-1) ?? known;
    return { known, far: Math.min(distance(name, known), distance(part, own) + 1) };
  });
  const best = distances.reduce((one, other) => (other.far < one.far ? other : one));
  return best.far <= Math.max(2, Math.floor(name.length / 3)) ? best.known : undefined;
}

/** How many letters must be changed, added or dropped (Levenshtein), for short words. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++)
      next[j] = Math.min(
        (row[j] ?? 0) + 1,
        (next[j - 1] ?? 0) + 1,
        (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1),
      );
    row = next;
  }
  return row[other.length] ?? 0;
}

/** The text of pieces, every value in the one form that we write: `{{ name to="/…" ttl=3d | default: "…" }}`. */
export function writeText(pieces: readonly Piece[]): string {
  return pieces.map((piece) => (typeof piece === "string" ? piece : writeUse(piece))).join("");
}

/** One use of a value as it is written in a text. */
export function writeUse({ value: name, to, ttl, fallback }: Omit<ValueUse, "line" | "kind">): string {
  const options = [
    ...(to === undefined ? [] : [`to="${to}"`]),
    ...(ttl === undefined ? [] : [`ttl=${writeDuration(ttl)}`]),
    ...(fallback === undefined ? [] : [`| default: "${fallback.replace(/["“”\\]/gu, "\\$&")}"`]),
  ];
  return `{{ ${[name, ...options].join(" ")} }}`;
}

/** What values are filled from. `link` is there when the message carries one. */
export type CustomFacts = {
  contact: { name: string | null; email: string; company: string | null };
  agency: { name: string; supportEmail: string | null };
  portal: { name: string; url: string };
  link?: { url: string; expiresIn: string; expiresAt: string } | undefined;
};

/** A value for one recipient, unescaped: its fallback where the contact has none, and nothing where there is no fallback either. */
export function fillValue({ value: name, fallback }: ValueUse, facts: CustomFacts): string {
  return (valueOf(name, facts) ?? "").trim() || (fallback ?? "");
}

function valueOf(name: string, { contact, agency, portal, link }: CustomFacts): string | null | undefined {
  const words = (contact.name ?? "").trim().split(/\s+/u);
  switch (name) {
    case "contact.first_name":
      return words[0];
    case "contact.last_name":
      return words.slice(1).join(" ");
    case "contact.name":
      return contact.name;
    case "contact.email":
      return contact.email;
    case "contact.company":
      return contact.company;
    case "agency.name":
      return agency.name;
    case "agency.support_email":
      return agency.supportEmail;
    case "portal.name":
      return portal.name;
    case "portal.url":
      return portal.url;
    case "portal.login_url":
    case "portal.login_button":
      return link?.url;
    case "link.expires_in":
      return link?.expiresIn;
    case "link.expires_at":
      return link?.expiresAt;
    default:
      return undefined;
  }
}
