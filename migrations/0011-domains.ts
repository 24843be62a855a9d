// Custom domains: how a claim is proven, what the last check found, and when the next one is due.
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  // Sixteen letters of base32 (80 bits): a name that nobody guesses, so an alias that leads to it was set for this agency.
  await sql`
    create function new_dns_label() returns text language sql volatile
    return (
      with random as (select sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())) as bytes)
      select 'c-' || string_agg(substr('abcdefghijklmnopqrstuvwxyz234567', (get_byte(bytes, i) & 31) + 1, 1), '' order by i)
      from random, generate_series(0, 15) i
    )`.execute(db);
  await sql`alter table agencies add column dns_label text not null unique default new_dns_label()`.execute(db);

  // proof_value is published in DNS, so it is no secret; it is new with every claim, so an old record proves nothing.
  await sql`
    alter table hosts
      add column proof_value text not null default replace(gen_random_uuid()::text, '-', ''),
      add column needs_txt boolean not null default false,
      add column proven_by text check (proven_by in ('cname', 'txt')),
      add column checked_at timestamptz,
      add column next_check_at timestamptz not null default now(),
      add column check_failures integer not null default 0,
      add column failing_since timestamptz,
      add column last_check jsonb,
      add check (proven_by is null or verified_at is not null)`.execute(db);
  await sql`
    create unique index hosts_one_claim on hosts (agency_id, kind, name) where released_at is null`.execute(db);
  // For the question whether a name has, or ever had, a holder.
  await sql`create index hosts_by_proven_name on hosts (name) where kind = 'custom' and verified_at is not null`.execute(
    db,
  );
}
