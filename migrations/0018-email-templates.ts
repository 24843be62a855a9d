// E-mail templates: an agency's own words, version by version, what a member tries out, and which version a message was made of.
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  // With a kind it takes the place of the product's own words; without one it is the agency's own. current_id is empty where the
  // product's words stand again. Versions are never changed and never go, because messages name them.
  await sql`
    create table email_templates (
      agency_id uuid not null references agencies (id) on delete cascade,
      id uuid not null default uuidv7(),
      kind text check (kind in ('invite', 'login-email', 'reset-password', 'confirm-email')),
      name text not null check (char_length(name) between 1 and 60),
      current_id uuid,
      created_at timestamptz not null default now(),
      archived_at timestamptz,
      primary key (agency_id, id),
      unique (agency_id, kind)
    )`.execute(db);
  await sql`
    create table email_template_versions (
      agency_id uuid not null references agencies (id) on delete cascade,
      id uuid not null default uuidv7(),
      template_id uuid not null,
      number integer not null,
      fields jsonb not null check (octet_length(fields::text) <= 262144),
      made_by uuid references members (id) on delete set null,
      made_at timestamptz not null default now(),
      primary key (agency_id, id),
      unique (agency_id, template_id, number),
      foreign key (agency_id, template_id) references email_templates (agency_id, id) on delete cascade
    )`.execute(db);
  await sql`
    alter table email_templates add foreign key (agency_id, current_id) references email_template_versions (agency_id, id)
      on delete set null (current_id)`.execute(db);
  // What a member typed and looks at, or sends himself, before it is saved: one a member and template.
  await sql`
    create table email_template_drafts (
      agency_id uuid not null references agencies (id) on delete cascade,
      member_id uuid not null references members (id) on delete cascade,
      template text not null check (char_length(template) <= 40),
      fields jsonb not null check (octet_length(fields::text) <= 262144),
      typed_at timestamptz not null default now(),
      primary key (agency_id, member_id, template)
    )`.execute(db);
  for (const table of ["email_templates", "email_template_versions", "email_template_drafts"])
    await sql`select protect_table(${sql.lit(table)})`.execute(db);

  await sql`
    alter table emails
      add column template_version_id uuid,
      drop constraint emails_kind_check,
      add constraint emails_kind_check check (kind in
        ('invite', 'login-email', 'sign-in-link', 'reset-password', 'confirm-email', 'email-changed', 'template')),
      add constraint emails_template_version check (kind <> 'template' or template_version_id is not null),
      add foreign key (agency_id, template_version_id) references email_template_versions (agency_id, id)`.execute(db);
}
