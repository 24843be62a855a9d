// Moments and lifetimes in words, as e-mails say them.
import { LRUCache } from "lru-cache";

const kinds = {
  day: { weekday: "long", day: "numeric", month: "long" },
  clock: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  zone: { timeZoneName: "short" },
} as const;

// Making one costs a hundred times what using it does.
const formats = new LRUCache<string, Intl.DateTimeFormat>({ max: 500 });

function formatOf(kind: keyof typeof kinds, timeZone: string): Intl.DateTimeFormat {
  const key = `${kind} ${timeZone}`;
  const format = formats.get(key) ?? new Intl.DateTimeFormat("en-GB", { timeZone, ...kinds[kind] });
  formats.set(key, format);
  return format;
}

const day = (timeZone: string) => formatOf("day", timeZone);
const clock = (timeZone: string) => formatOf("clock", timeZone);
const zone = (timeZone: string, moment: Date) =>
  formatOf("zone", timeZone)
    .formatToParts(moment)
    .find((part) => part.type === "timeZoneName")?.value ?? timeZone;

// en-GB puts a comma after the weekday in some ICU versions and none in others
const dayWords = (moment: Date, timeZone: string) => day(timeZone).format(moment).replace(",", "");

// Links of one batch end within the same few minutes, and none of these words tells seconds.
const said = new LRUCache<string, string>({ max: 1_000 });

function inWords(kind: string, moment: Date, timeZone: string, say: () => string): string {
  const key = `${kind} ${Math.floor(moment.getTime() / 60_000)} ${timeZone}`;
  const known = said.get(key) ?? say();
  said.set(key, known);
  return known;
}

/** "Tuesday 10 November": a day, for what lasts longer than two days. */
export function untilDay(moment: Date, timeZone = "UTC"): string {
  return inWords("day", moment, timeZone, () => dayWords(moment, timeZone));
}

/** "Monday 23 November, 09:04 UTC": a moment with its zone, since the reader's own zone is not known. */
export function untilMoment(moment: Date, timeZone = "UTC"): string {
  return inWords(
    "moment",
    moment,
    timeZone,
    () => `${dayWords(moment, timeZone)}, ${clock(timeZone).format(moment)} ${zone(timeZone, moment)}`,
  );
}

/** The end of a link in words: the day when it is more than 48 hours away from `now`, else the moment. */
export function until(moment: Date, now: Date, timeZone = "UTC"): string {
  const hours = (moment.getTime() - now.getTime()) / 3_600_000;
  return hours > 48 ? untilDay(moment, timeZone) : untilMoment(moment, timeZone);
}

const units = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
] as const;

/** "30 minutes", "24 hours", "14 days": `seconds` in the largest unit that divides it; a single day is 24 hours. */
export function lifetime(seconds: number): string {
  const [unit, size] = units.find(([, size]) => seconds % size === 0 && seconds / size > (size === 86_400 ? 1 : 0)) ?? [
    "second",
    1,
  ];
  const count = Math.round(seconds / size);
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}
