// Sessions as rows: members' for the dashboard, contacts' for one portal; and what a forgotten member password needs.
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table member_sessions (
      id_hash bytea primary key check (octet_length(id_hash) = 32),
      member_id uuid not null references members (id) on delete cascade,
      method text not null check (method in ('password', 'sign-up', 'reset')),
      address text,
      user_agent text,
      created_at timestamptz not null default now(),
      last_seen_at timestamptz not null default now(),
      ends_at timestamptz not null
    )`.execute(db);
  await sql`create index member_sessions_by_member on member_sessions (member_id)`.execute(db);
  await sql`grant select, insert, update, delete on member_sessions to portico_directory`.execute(db);

  await sql`
    create table member_links (
      token_hash bytea primary key check (octet_length(token_hash) = 32),
      member_id uuid not null references members (id) on delete cascade,
      kind text not null check (kind in ('reset')),
      created_at timestamptz not null default now(),
      expires_at timestamptz not null,
      used_at timestamptz
    )`.execute(db);
  await sql`create index member_links_by_member on member_links (member_id)`.execute(db);
  await sql`grant select, insert, update, delete on member_links to portico_directory`.execute(db);

  await sql`
    create table member_mail_requests (
      id uuid primary key default uuidv7(),
      kind text not null check (kind in ('reset')),
      email text not null,
      created_at timestamptz not null default now()
    )`.execute(db);
  await sql`grant select, insert, delete on member_mail_requests to portico_directory`.execute(db);

  await sql`
    create table contact_sessions (
      agency_id uuid not null,
      id uuid not null default uuidv7(),
      id_hash bytea not null check (octet_length(id_hash) = 32),
      contact_id uuid not null,
      host text not null,
      method text not null check (method in ('password', 'link', 'code')),
      link_id uuid,
      access_version integer not null,
      address text,
      user_agent text,
      created_at timestamptz not null default now(),
      last_seen_at timestamptz not null default now(),
      ends_at timestamptz not null,
      primary key (agency_id, id),
      unique (agency_id, id_hash),
      foreign key (agency_id, contact_id) references contacts (agency_id, id) on delete cascade,
      foreign key (agency_id, link_id) references access_links (agency_id, id) on delete set null (link_id)
    )`.execute(db);
  await sql`create index contact_sessions_by_contact on contact_sessions (agency_id, contact_id)`.execute(db);
  await sql`select protect_table('contact_sessions')`.execute(db);
}
