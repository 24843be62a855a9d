// Tags on contacts: an agency's own words to find its contacts by.
import { type RawBuilder, sql } from "kysely";
import type { AgencyDb, AgencyReader } from "../db/schema.ts";
import { type ContactSelection, selectContacts } from "./contacts.ts";

export const TAG_LENGTH = 40;
const MOST_AT_ONCE = 10;
const MOST_LISTED = 200;

/** A tag as it is kept: one line, lower case, NFC; undefined when nothing is left or it is too long. */
export function parseTag(text: string | null | undefined): string | undefined {
  const tag = (text ?? "")
    .normalize("NFC")
    .replace(/[\p{Cc}\p{Cf},]+/gu, " ")
    .replace(/\s+/gu, " ")
    .trim()
    .toLowerCase();
  return tag && Array.from(tag).length <= TAG_LENGTH ? tag : undefined;
}

/** The tags of a field, with commas between them, each once; or what is wrong, in words. */
export function parseTags(text: string): { tags: string[] } | { error: string } {
  const parts = text
    .slice(0, 2_000)
    .split(/[,\n]/)
    .filter((part) => part.trim());
  const tags = [...new Set(parts.map(parseTag))];
  if (tags.length === 0) return { error: "Write a tag." };
  if (tags.length > MOST_AT_ONCE) return { error: `Use at most ${MOST_AT_ONCE} tags at once.` };
  const known = tags.filter((tag) => tag !== undefined);
  return known.length === tags.length ? { tags: known } : { error: `A tag has at most ${TAG_LENGTH} characters.` };
}

/**
 * Puts tags on everybody of a selection, in one statement, and records it for those who had one of them not. Returns how many these
 * are. Without a member it was a workflow.
 */
export async function addContactTags(
  db: AgencyDb,
  selection: ContactSelection,
  tags: readonly string[],
  memberId?: string,
): Promise<number> {
  return await change(
    db,
    sql`
    insert into contact_tags (contact_id, tag)
    select chosen.id, tag from (${selectContacts(db, selection)}) chosen, unnest(${[...tags]}::text[]) tag
    on conflict do nothing
    returning contact_id, tag`,
    "contact.tagged",
    memberId,
  );
}

/** Takes tags from everybody of a selection, in one statement. Returns from how many. Without a member it was a workflow. */
export async function removeContactTags(
  db: AgencyDb,
  selection: ContactSelection,
  tags: readonly string[],
  memberId?: string,
): Promise<number> {
  return await change(
    db,
    sql`
    delete from contact_tags where tag = any(${[...tags]}::text[]) and contact_id in (${selectContacts(db, selection)})
    returning contact_id, tag`,
    "contact.untagged",
    memberId,
  );
}

async function change(
  db: AgencyDb,
  changed: RawBuilder<unknown>,
  kind: "contact.tagged" | "contact.untagged",
  memberId?: string,
): Promise<number> {
  const { rows } = await sql<{ contacts: number }>`
    with changed as (${changed}), told as (
      insert into events (kind, member_id, contact_id, data)
      select ${kind}, ${memberId ?? null}::uuid, contact_id, jsonb_build_object('tags', jsonb_agg(tag order by tag)) from changed group by contact_id
    )
    select count(distinct contact_id)::int as contacts from changed`.execute(db);
  return rows[0]?.contacts ?? 0;
}

/** The agency's tags in order, at most 200. Steps from one to the next in the index, however many contacts have each. */
export async function listTags(db: AgencyReader): Promise<string[]> {
  const { rows } = await sql<{ tag: string }>`
    with recursive steps as (
      (select tag from contact_tags order by tag limit 1)
      union all
      select (select next.tag from contact_tags next where next.tag > steps.tag order by next.tag limit 1)
      from steps where steps.tag is not null
    )
    select tag from steps where tag is not null limit ${MOST_LISTED}`.execute(db);
  return rows.map(({ tag }) => tag);
}
