// Sending domains: the domains that agencies send from, each with a DKIM key of its own and what the last check of its records found.
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  // proof_value and public_key are published in DNS and new with every claim, so an old record proves nothing. private_key is
  // sealed before it gets here. The id is made by us, because the seal is bound to it.
  await sql`
    create table sending_domains (
      agency_id uuid not null references agencies (id) on delete cascade,
      id uuid not null,
      domain text not null check (domain = lower(domain) and char_length(domain) <= 230),
      local_part text not null default 'hello' check (local_part ~ '^[a-z0-9._+-]{1,64}$'),
      selector text not null default 'portico1',
      public_key text not null,
      private_key bytea not null,
      proof_value text not null default replace(gen_random_uuid()::text, '-', ''),
      created_at timestamptz not null default now(),
      verified_at timestamptz,
      degraded_at timestamptz,
      degraded_reason text,
      selected_at timestamptz,
      spf_found_at timestamptz,
      bounce_found_at timestamptz,
      checked_at timestamptz,
      check_asked_at timestamptz,
      next_check_at timestamptz not null default now(),
      last_check jsonb,
      test_asked_at timestamptz,
      last_test jsonb,
      primary key (agency_id, id),
      unique (agency_id, domain),
      check (degraded_at is null or verified_at is not null)
    )`.execute(db);
  // A domain is unique only once it is proven, so that nobody can squat one.
  await sql`
    create unique index sending_domains_one_holder on sending_domains (domain) where verified_at is not null`.execute(
    db,
  );
  await sql`
    create unique index sending_domains_one_selected on sending_domains (agency_id) where selected_at is not null`.execute(
    db,
  );
  await sql`select protect_table('sending_domains')`.execute(db);
}
