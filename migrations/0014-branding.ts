// How an agency looks to its clients: the portal's name, words, colours and images. The colour and the address for help stand since 0002.
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  // A portal without a name of its own bears the agency's. `logo` is what a page needs to draw it: hash, width, height, ground.
  await sql`
    alter table agencies
      add column portal_name text check (char_length(portal_name) between 1 and 100),
      add column welcome_headline text check (char_length(welcome_headline) between 1 and 60),
      add column welcome_text text check (char_length(welcome_text) between 1 and 300),
      add column color_scheme text not null default 'system' check (color_scheme in ('system', 'light', 'dark')),
      add column logo jsonb,
      add column favicon_hash text,
      add column brand_version integer not null default 1`.execute(db);

  // Named by the hash of what is served. Saved ones stay for ever, because e-mails that were sent point at them; one that was
  // chosen and never saved goes after a day.
  await sql`
    create table brand_images (
      agency_id uuid not null references agencies (id) on delete cascade,
      hash text not null check (hash ~ '^[A-Za-z0-9_-]{43}$'),
      bytes bytea not null check (octet_length(bytes) <= 1048576),
      width integer not null,
      height integer not null,
      ground text check (ground in ('light', 'dark')),
      created_at timestamptz not null default now(),
      saved_at timestamptz,
      primary key (agency_id, hash)
    )`.execute(db);
  // A PNG is compressed already.
  await sql`alter table brand_images alter column bytes set storage external`.execute(db);
  await sql`select protect_table('brand_images')`.execute(db);
}
