// A moment in the reader's words: "Today, 09:12", "20 Nov, 14:40", "3 Nov 2025".
import { html, raw } from "hono/html";

type Precision = "minute" | "day";

export type MomentOptions = {
  now?: Date | undefined;
  /** An IANA name; UTC unless told. */
  zone?: string | undefined;
  /** `day` leaves the time out. */
  precision?: Precision | undefined;
  /** Names the weekday, for moments that lie ahead: "Mon 23 Nov, 14:50". */
  weekday?: boolean | undefined;
  /** Small "today" and "yesterday", for use inside a sentence. */
  inSentence?: boolean | undefined;
};

/** `iso` is the moment for machines, to the minute as the words are. */
type Parts = { iso: string; day: number; year: string; short: string; weekday: string; time: string };

const formats = new Map<string, Intl.DateTimeFormat>();
const dayLength = 86_400_000;

function format(zone: string): Intl.DateTimeFormat {
  let found = formats.get(zone);
  if (!found) {
    found = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      weekday: "short",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    });
    formats.set(zone, found);
  }
  return found;
}

// Written out because the short English name of September is "Sept" in some versions of ICU.
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const KEPT = 20_000;
const kept = new Map<string, Map<number, Parts>>();

// Intl takes 10 µs and more for a moment, and a page of the list has a hundred, most of them the same ones as the time before.
function partsOf(at: Date, zone: string): Parts {
  let known = kept.get(zone);
  if (!known || known.size >= KEPT) kept.set(zone, (known = new Map()));
  const minute = Math.floor(at.getTime() / 60_000);
  let parts = known.get(minute);
  if (!parts) known.set(minute, (parts = readParts(at, zone)));
  return parts;
}

function readParts(at: Date, zone: string): Parts {
  const part: Record<string, string> = {};
  for (const { type, value } of format(zone).formatToParts(at)) part[type] = value;
  const month = Number(part["month"]) - 1;
  return {
    iso: `${at.toISOString().slice(0, 16)}Z`,
    day: Date.UTC(Number(part["year"]), month, Number(part["day"])) / dayLength,
    year: part["year"] ?? "",
    short: `${Number(part["day"])} ${months[month]}`,
    weekday: part["weekday"] ?? "",
    time: `${part["hour"]}:${part["minute"]}`,
  };
}

function nearDay(distance: number): string | undefined {
  return distance === 0 ? "Today" : distance === -1 ? "Yesterday" : distance === 1 ? "Tomorrow" : undefined;
}

/** The words for a moment as seen from `now` in `zone`; another year's moment is its date alone. Throws RangeError for an unknown zone. */
export function momentText(at: Date, options: MomentOptions = {}): string {
  const zone = options.zone ?? "UTC";
  const parts = partsOf(at, zone);
  const today = partsOf(options.now ?? new Date(), zone);
  const near = options.weekday ? undefined : nearDay(parts.day - today.day);
  if (!near && parts.year !== today.year) return `${parts.short} ${parts.year}`;
  const day = near ?? (options.weekday ? `${parts.weekday} ${parts.short}` : parts.short);
  const text = options.precision === "day" ? day : `${day}, ${parts.time}`;
  return near && options.inSentence ? text[0]?.toLowerCase() + text.slice(1) : text;
}

/** The day of a moment in a zone, as a number: words for other moments are the same all day long. */
export function dayOf(at: Date, zone: string): number {
  return partsOf(at, zone).day;
}

/** The clock time of a moment in a zone: "09:12". */
export function clockText(at: Date, zone = "UTC"): string {
  return partsOf(at, zone).time;
}

export function Moment({ at, ...options }: MomentOptions & { at: Date }) {
  return html`<time datetime="${partsOf(at, options.zone ?? "UTC").iso}">${momentText(at, options)}</time>`;
}

// As a character reference, so that a page of names in Latin letters stays a text of one byte each, which costs half as much to send.
const never = raw('<span><span aria-hidden="true">&mdash;</span><span class="sr-only">Never</span></span>');

/** A dash that is read as "Never". */
export const Never = () => never;

/** A moment, or "Never" when there was none. */
export function MomentOrNever({ at, ...options }: MomentOptions & { at: Date | null | undefined }) {
  return at ? Moment({ at, ...options }) : Never();
}
