// Agencies (the tenants), their staff and the hosts that their portals answer under.
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table agencies (
      id uuid primary key default uuidv7(),
      slug text not null unique check (slug ~ '^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$'),
      name text not null check (char_length(name) between 1 and 100),
      support_email text,
      brand_color text not null default '#2f5bd7' check (brand_color ~ '^#[0-9a-f]{6}$'),
      time_zone text not null default 'UTC',
      login_link_seconds integer not null default 1800 check (login_link_seconds between 600 and 3600),
      invite_seconds integer not null default 1209600 check (invite_seconds between 86400 and 2592000),
      sending_paused_at timestamptz,
      sending_paused_reason text,
      sending_probe_at timestamptz,
      created_at timestamptz not null default now()
    )`.execute(db);
  await sql`alter table agencies enable row level security`.execute(db);
  await sql`alter table agencies force row level security`.execute(db);
  await sql`
    create policy agency on agencies to portico_app
      using (id = nullif(current_setting('app.agency_id', true), '')::uuid)
      with check (id = nullif(current_setting('app.agency_id', true), '')::uuid)`.execute(db);
  await sql`grant select, update on agencies to portico_app`.execute(db);
  await sql`select open_to_directory('agencies', 'select, insert')`.execute(db);

  await sql`
    create table members (
      id uuid primary key default uuidv7(),
      email text not null unique check (email = lower(email)),
      name text not null check (char_length(name) between 1 and 100),
      password_hash text not null,
      created_at timestamptz not null default now(),
      password_changed_at timestamptz not null default now()
    )`.execute(db);
  await sql`grant select, insert, update on members to portico_directory`.execute(db);
  // Staff see each other's names beside what they did; passwords and addresses of other agencies' staff stay out of reach.
  await sql`grant select (id, name) on members to portico_app`.execute(db);

  await sql`
    create table memberships (
      agency_id uuid not null references agencies (id) on delete cascade,
      member_id uuid not null references members (id) on delete cascade,
      role text not null check (role in ('owner', 'admin', 'member', 'viewer')),
      created_at timestamptz not null default now(),
      primary key (agency_id, member_id)
    )`.execute(db);
  await sql`create index memberships_by_member on memberships (member_id)`.execute(db);
  await sql`select protect_table('memberships')`.execute(db);
  await sql`select open_to_directory('memberships', 'select, insert')`.execute(db);

  // A default host's name is the slug alone, because PORTAL_DOMAIN comes from the environment; a custom host's is the whole name.
  await sql`
    create table hosts (
      agency_id uuid not null references agencies (id) on delete cascade,
      id uuid not null default uuidv7(),
      kind text not null check (kind in ('default', 'custom')),
      name text not null check (name = lower(name)),
      created_at timestamptz not null default now(),
      verified_at timestamptz,
      active_at timestamptz,
      degraded_at timestamptz,
      released_at timestamptz,
      selected_at timestamptz,
      primary key (agency_id, id)
    )`.execute(db);
  // A name is unique only once it is proven, so that nobody can squat one.
  await sql`
    create unique index hosts_one_holder on hosts (kind, name)
      where verified_at is not null and released_at is null`.execute(db);
  await sql`create unique index hosts_one_selected on hosts (agency_id) where selected_at is not null`.execute(db);
  await sql`select protect_table('hosts')`.execute(db);
  await sql`select open_to_directory('hosts', 'select, insert')`.execute(db);
  // Every process keeps hosts in memory; a change empties what it remembers of them.
  await sql`
    create function announce_hosts() returns trigger language plpgsql as $$
    begin
      perform pg_notify('hosts_changed', '');
      return null;
    end $$`.execute(db);
  await sql`
    create trigger hosts_announced after insert or update or delete on hosts
      for each statement execute function announce_hosts()`.execute(db);
  await sql`
    create trigger agencies_announced after update or delete on agencies
      for each statement execute function announce_hosts()`.execute(db);
}
