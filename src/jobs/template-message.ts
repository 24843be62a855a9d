// Makes the message of a template: its words read once a version, its values filled for one recipient.
import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";
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

/** A link that a message carries; `ends` says when, in words. */
export type SentLink = { url: string; seconds: number; ends: string };

/** What a template's message is filled with; `link` is the one that the message carries. */
export type TemplateFilling = {
  facts: Omit<CustomFacts, "link">;
  link: SentLink | undefined;
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
  const filling = {
    ...facts,
    link: link && { url: link.url, expiresIn: lifetime(link.seconds), expiresAt: link.ends },
  };
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
  const read = wordsOf(fields, kind);
  const seconds = kind ? secondsOf(kind, sample) : read.words.link?.seconds;
  if (seconds === undefined || !read.words.link)
    return await renderTemplate(read, brand, { ...sample, link: undefined });
  const now = new Date();
  const ends = until(new Date(now.getTime() + seconds * 1_000), now, sample.timeZone);
  // the password's reset says when it was asked for
  const askedAt = kind === "reset-password" ? untilMoment(now, sample.timeZone) : null;
  const link = { url: `${brand.origin}${SAMPLE_LINK}`, seconds, ends };
  return await renderTemplate(read, brand, { ...sample, askedAt, memberName: senderOf(kind, sample.memberName), link });
}

/** Who an e-mail says that it is sent by: nobody where the contact has asked for it himself. */
export const senderOf = (kind: TemplateKind | undefined, memberName: string | null | undefined): string | null =>
  kind === "reset-password" || kind === "confirm-email" ? null : (memberName ?? null);

function secondsOf(kind: TemplateKind, { inviteSeconds }: SampleFor): number {
  const lifetimes = { invite: inviteSeconds, "login-email": 86_400, "reset-password": 1_800, "confirm-email": 3_600 };
  return lifetimes[kind];
}

/** The product's own words of a kind, which hold until an agency saves others. */
export function productWords(kind: TemplateKind): ReadWords {
  const words = product.get(kind) ?? wordsOf(defaultFields[kind], kind);
  product.set(kind, words);
  return words;
}

const product = new Map<TemplateKind, ReadWords>();

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
