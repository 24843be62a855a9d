// Access links, the tokens that open them, and the six-digit codes that stand in for them in the browser that asked.
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  // A link is the grant; each token of a retried e-mail opens the same grant, so siblings die together by one row's lock.
  await sql`
    create table access_links (
      agency_id uuid not null references agencies (id) on delete cascade,
      id uuid not null default uuidv7(),
      contact_id uuid not null,
      kind text not null check (kind in ('invite', 'login', 'magic', 'reset', 'confirm')),
      destination text not null default '/',
      uses text not null default 'once' check (uses in ('once', 'until-expired', 'until-joined')),
      lifetime_seconds integer not null,
      access_version integer not null,
      new_email text,
      made_by uuid references members (id) on delete set null,
      email_id uuid,
      created_at timestamptz not null default now(),
      expires_at timestamptz not null,
      opened_at timestamptz,
      used_at timestamptz,
      use_count integer not null default 0,
      revoked_at timestamptz,
      primary key (agency_id, id),
      unique (agency_id, email_id),
      foreign key (agency_id, contact_id) references contacts (agency_id, id) on delete cascade,
      foreign key (agency_id, email_id) references emails (agency_id, id) on delete set null (email_id)
    )`.execute(db);
  await sql`create index access_links_by_contact on access_links (agency_id, contact_id, created_at desc)`.execute(db);
  await sql`select protect_table('access_links')`.execute(db);

  await sql`
    create table access_tokens (
      agency_id uuid not null,
      token_hash bytea not null check (octet_length(token_hash) = 32),
      link_id uuid not null,
      created_at timestamptz not null default now(),
      primary key (agency_id, token_hash),
      foreign key (agency_id, link_id) references access_links (agency_id, id) on delete cascade
    )`.execute(db);
  await sql`create index access_tokens_by_link on access_tokens (agency_id, link_id)`.execute(db);
  await sql`select protect_table('access_tokens')`.execute(db);

  await sql`
    create table sign_in_codes (
      agency_id uuid not null,
      email_id uuid not null,
      contact_id uuid not null,
      browser_hash bytea not null,
      code_hmac bytea not null,
      access_version integer not null,
      tries integer not null default 0,
      created_at timestamptz not null default now(),
      expires_at timestamptz not null,
      used_at timestamptz,
      primary key (agency_id, email_id),
      foreign key (agency_id, email_id) references emails (agency_id, id) on delete cascade,
      foreign key (agency_id, contact_id) references contacts (agency_id, id) on delete cascade
    )`.execute(db);
  await sql`create index sign_in_codes_by_browser on sign_in_codes (agency_id, browser_hash, created_at desc)`.execute(
    db,
  );
  await sql`select protect_table('sign_in_codes')`.execute(db);
}
