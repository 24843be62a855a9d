// Tags: words that an agency puts on its contacts, to find them by.
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table contact_tags (
      agency_id uuid not null references agencies (id) on delete cascade,
      contact_id uuid not null,
      tag text not null check (char_length(tag) between 1 and 40),
      added_at timestamptz not null default now(),
      primary key (agency_id, contact_id, tag),
      foreign key (agency_id, contact_id) references contacts (agency_id, id) on delete cascade
    )`.execute(db);
  await sql`create index contact_tags_by_tag on contact_tags (agency_id, tag, contact_id)`.execute(db);
  await sql`select protect_table('contact_tags')`.execute(db);
}
