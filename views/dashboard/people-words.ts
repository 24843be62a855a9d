// How the dialogs speak of several people, of spans of time and of numbers of e-mails.
import type { Group } from "../../src/models/email-batches.ts";
import { nameOf } from "./contacts-view.ts";

type Named = { name: string; email: string };

/** The group of an outcome; undefined when nobody is in it. */
export const groupOf = <O extends string>({ groups }: { groups: readonly Group<O>[] }, outcome: O) =>
  groups.find((group) => group.outcome === outcome);

/** What a member may choose of a link: the pages that it may lead to, and how long it may work. */
export type LinkChoices = {
  destinations: readonly { path: string; label: string }[];
  lifetimes: readonly { seconds: number; label: string }[];
};

/** The first three names and how many more: "Maya Okafor, Annika Lindqvist, Daniel Osei-Bonsu and 18 more". */
export function namesOf(people: readonly Named[], count: number): string {
  const shown = people.slice(0, 3).map(nameOf).join(", ");
  const more = count - Math.min(3, people.length);
  return more > 0 ? `${shown} and ${more} more` : shown;
}

/** "1 email", "21 emails". */
export const counted = (count: number, one: string, several = `${one}s`) => `${count} ${count === 1 ? one : several}`;

/** A span of whole hours or days in words: "1 hour", "24 hours", "7 days". */
export function spanText(seconds: number): string {
  const hours = Math.round(seconds / 3_600);
  return hours <= 24 ? counted(hours, "hour") : counted(Math.round(hours / 24), "day");
}

/** The words of a destination, as the dialogs list it. */
export const destinationWords = (label: string) => (label === "Home" ? "Portal home" : label);
