// Makes the message of a template: its words read once a version, its values filled for one recipient.
import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";
import { renderEmail } from "../../emails/render.ts";
import { renderOwnWords } from "../../emails/render-own-words.ts";
import type { Brand, RenderedEmail } from "../../emails/types.ts";
import { lifetime, until, untilMoment } from "../../emails/words.ts";
import type { AgencyReader } from "../db/schema.ts";
import { type CustomFacts, fillValue } from "../models/custom-values.ts";
import {
  defaultFields,
  readTemplate,
  type TemplateFields,
  type TemplateKind,
  type TemplateWords,
} from "../models/email-template-words.ts";
import { getTemplateVersion } from "../models/email-templates.ts";
import { portal } from "../paths.ts";

/** What a template's message is filled with; `link` is the one that the message carries. */
export type TemplateFilling = {
  facts: Omit<CustomFacts, "link">;
  link: { url: string; seconds: number } | undefined;
  recipient: string;
  memberName?: string | null;
  message?: string | null;
  askedIn?: string | null;
  askedAt?: string | null;
  unsubscribe?: string | null;
};

/** The words of a template, of `kind` or the agency's own, under the fields' own name. */
export type ReadWords = { id: string; kind: TemplateKind | undefined; words: TemplateWords };

// Reading takes some milliseconds for long words; the same ones go to many.
const known = new LRUCache<string, ReadWords>({ max: 200 });

/** Reads fields that were saved, which were checked then. Throws when they cannot be read any more. */
export function wordsOf(fields: TemplateFields, kind: TemplateKind | undefined): ReadWords {
  const id = createHash("sha256")
    .update(JSON.stringify([kind ?? null, fields]))
    .digest("base64url");
  const found = known.get(id);
  if (found) return found;
  const read = readTemplate(fields, kind);
  if (read.errors) throw new Error(`A template cannot be read: ${Object.values(read.errors).join(" ")}`);
  const made = { id, kind, words: read.words };
  known.set(id, made);
  return made;
}

/** The finished e-mail of words for one recipient. */
export async function renderTemplate(
  { id, kind, words }: ReadWords,
  brand: Brand,
  { facts, link, recipient, ...more }: TemplateFilling,
): Promise<RenderedEmail> {
  const filling = { ...facts, link: link && { url: link.url, expiresIn: lifetime(link.seconds) } };
  return await renderOwnWords(
    { id, kind, ...words },
    brand,
    words.uses.map((use) => fillValue(use, filling)),
    {
      url: link?.url ?? null,
      memberName: more.memberName ?? null,
      message: more.message ?? null,
      askedIn: more.askedIn ?? null,
      askedAt: more.askedAt ?? null,
      unsubscribe: more.unsubscribe ?? null,
      recipient,
    },
  );
}

/** A link of the right shape that belongs to nobody. */
export const SAMPLE_LINK = portal.link("this-is-a-sample-link-and-opens-nothing-000");

/** Whom a sample is made for, and where its link's lifetime comes from when the template does not say. */
export type SampleFor = Omit<TemplateFilling, "link"> & { timeZone: string; inviteSeconds: number };

/** A sample of a template as `fields` have it: what a preview shows and a test sends. The link in it opens nothing. */
export async function renderSample(
  fields: TemplateFields,
  kind: TemplateKind | undefined,
  brand: Brand,
  sample: SampleFor,
): Promise<RenderedEmail> {
  const url = `${brand.origin}${SAMPLE_LINK}`;
  const seconds = kind ? secondsOf(kind, sample) : undefined;
  // the product's own words go out in the product's own e-mail
  if (kind && seconds !== undefined && isDefault(fields, kind))
    return renderDefault(kind, brand, sample, { url, seconds });
  const read = wordsOf(fields, kind);
  const link = read.words.link && { url, seconds: seconds ?? read.words.link.seconds };
  return await renderTemplate(read, brand, { ...sample, link });
}

const isDefault = (fields: TemplateFields, kind: TemplateKind) =>
  (Object.keys(fields) as (keyof TemplateFields)[]).every((field) => fields[field] === defaultFields[kind][field]);

function secondsOf(kind: TemplateKind, { inviteSeconds }: SampleFor): number {
  const lifetimes = { invite: inviteSeconds, "login-email": 86_400, "reset-password": 1_800, "confirm-email": 3_600 };
  return lifetimes[kind];
}

function renderDefault(
  kind: TemplateKind,
  brand: Brand,
  sample: SampleFor,
  { url, seconds }: { url: string; seconds: number },
): Promise<RenderedEmail> {
  const { recipient, timeZone, facts } = sample;
  const contactName = facts.contact.name;
  const now = new Date();
  const ends = until(new Date(now.getTime() + seconds * 1_000), now, timeZone);
  const person = { contactName, recipient, url, memberName: sample.memberName ?? null };
  const lasts = lifetime(seconds);
  switch (kind) {
    case "invite":
      return renderEmail(kind, brand, { ...person, company: facts.contact.company, message: null, until: ends });
    case "login-email":
      return renderEmail(kind, brand, { ...person, until: ends });
    case "reset-password":
      return renderEmail(kind, brand, {
        contactName,
        recipient,
        url,
        lifetime: lasts,
        askedIn: sample.askedIn ?? null,
        askedAt: untilMoment(now, timeZone),
      });
    case "confirm-email":
      return renderEmail(kind, brand, { contactName, recipient, url, lifetime: lasts });
  }
}

// A version never changes, so what it was read as may be kept for as long as there is room.
const versions = new LRUCache<string, ReadWords>({ max: 500 });

/** The words of a saved version. Throws NotFound for a version that is none of the agency's. */
export async function versionWords(db: AgencyReader, versionId: string): Promise<ReadWords> {
  const found = versions.get(versionId);
  if (found) return found;
  const version = await getTemplateVersion(db, versionId);
  const words = wordsOf(version.fields, version.kind);
  versions.set(versionId, words);
  return words;
}
