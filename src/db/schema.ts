// The tables as types: those that belong to an agency, those that belong to nobody, and what a model may hold of them.
import type { ColumnType, Generated, GeneratedAlways, Kysely } from "kysely";

type Moment = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
type Made = ColumnType<Date, Date | string | undefined, Date | string>;
type At = ColumnType<Date, Date | string, Date | string>;
type Json<T> = ColumnType<T, string | undefined, string>;

/** Stamped by the column's default from the transaction's agency; models never write it. */
type AgencyId = GeneratedAlways<string>;

export type ContactStatus = "not-invited" | "invited" | "joined" | "revoked";
export type EmailStatus = "queued" | "sending" | "sent" | "delayed" | "bounced" | "suppressed" | "failed" | "cancelled";
export type EmailKind =
  | "invite"
  | "login-email"
  | "sign-in-link"
  | "reset-password"
  | "confirm-email"
  | "email-changed"
  | "template";
export type LinkKind = "invite" | "login" | "magic" | "reset" | "confirm";
export type LinkUses = "once" | "until-expired" | "until-joined";
export type Role = "owner" | "admin" | "member" | "viewer";
export type Lane = "interactive" | "bulk";

export type ColorScheme = "system" | "light" | "dark";

/**
 * What a page needs to draw an agency's logo, which is a PNG named by its hash. `ground` is the one on which it reads, or null
 * when it brings its own.
 */
export type Logo = { hash: string; width: number; height: number; ground: "light" | "dark" | null };

export type AgenciesTable = {
  id: Generated<string>;
  slug: string;
  name: string;
  support_email: string | null;
  brand_color: Generated<string>;
  time_zone: Generated<string>;
  login_link_seconds: Generated<number>;
  invite_seconds: Generated<number>;
  sending_paused_at: Moment;
  sending_paused_reason: string | null;
  /** While sending is paused, when one e-mail may try whether the trouble is over. */
  sending_probe_at: Moment;
  portal_name: ColumnType<string | null, string | null | undefined, string | null>;
  welcome_headline: ColumnType<string | null, string | null | undefined, string | null>;
  welcome_text: ColumnType<string | null, string | null | undefined, string | null>;
  color_scheme: Generated<ColorScheme>;
  logo: ColumnType<Logo | null, string | null | undefined, string | null>;
  favicon_hash: ColumnType<string | null, string | null | undefined, string | null>;
  brand_version: Generated<number>;
  /** The label under PORTAL_DOMAIN that this agency's custom domains point at. */
  dns_label: Generated<string>;
  /** The agency's name in the addresses that bounces come back to. */
  bounce_number: GeneratedAlways<number>;
  /** Hours in the agency's time zone between which no workflow mail begins; equal hours mean none. */
  quiet_from: Generated<number>;
  quiet_to: Generated<number>;
  /** At most so many workflow mails to one contact in 24 hours. */
  workflow_mails_a_day: Generated<number>;
  created_at: Made;
};

export type MembersTable = {
  id: Generated<string>;
  email: string;
  name: string;
  password_hash: string;
  created_at: Made;
  password_changed_at: Made;
};

type Memberships<Id> = {
  agency_id: Id;
  member_id: string;
  role: Role;
  created_at: Made;
  invited_by: ColumnType<string | null, string | null | undefined, string | null>;
};

type Hosts<Id> = {
  agency_id: Id;
  id: Generated<string>;
  kind: "default" | "custom";
  name: string;
  created_at: Made;
  verified_at: Moment;
  active_at: Moment;
  degraded_at: Moment;
  released_at: Moment;
  selected_at: Moment;
  /** What a TXT record must say to prove this claim; this and what follows mean nothing for a default host. */
  proof_value: Generated<string>;
  /** Somebody held the name before: only a TXT record proves it. */
  needs_txt: Generated<boolean>;
  proven_by: "cname" | "txt" | null;
  checked_at: Moment;
  next_check_at: Made;
  check_failures: Generated<number>;
  failing_since: Moment;
  last_check: ColumnType<unknown, string | null | undefined, string | null>;
};

export type ContactsTable = {
  agency_id: AgencyId;
  id: Generated<string>;
  email: string;
  name: Generated<string>;
  company: Generated<string>;
  created_at: Made;
  invited_at: Moment;
  joined_at: Moment;
  revoked_at: Moment;
  last_sign_in_at: Moment;
  email_proven_at: Moment;
  password_hash: string | null;
  password_set_at: Moment;
  password_offered_at: Moment;
  access_version: Generated<number>;
  /** Since when the contact wants no workflow mails. */
  workflow_mail_off_at: Moment;
  status: GeneratedAlways<ContactStatus>;
  status_rank: GeneratedAlways<number>;
  sort_name: GeneratedAlways<string>;
  sort_company: GeneratedAlways<string>;
  search_text: GeneratedAlways<string>;
};

/** A ledger: the sum of a column over an agency's rows is its count; `day` is the UTC date of the joins as `YYYY-MM-DD`. */
export type PortalCountsTable = {
  agency_id: AgencyId;
  id: Generated<string>;
  day: string | null;
  not_invited: Generated<number>;
  invited: Generated<number>;
  joined: Generated<number>;
  revoked: Generated<number>;
  joins: Generated<number>;
};

/** What statements have added to the counts of runs; `id` keeps them apart. A sum is the count. */
export type WorkflowRunCountsTable = {
  agency_id: AgencyId;
  workflow_id: string;
  version_id: string;
  id: Generated<string>;
  running: Generated<number>;
  done: Generated<number>;
  stopped: Generated<number>;
  failed: Generated<number>;
};

export type EmailBatchesTable = {
  agency_id: AgencyId;
  id: Generated<string>;
  kind: "invite" | "login-email";
  member_id: string | null;
  total: Generated<number>;
  stopped_at: Moment;
  /** While it is paused nothing of the batch begins to be sent. */
  paused_at: Moment;
  created_at: Made;
};

export type EmailsTable = {
  agency_id: AgencyId;
  id: Generated<string>;
  kind: EmailKind;
  contact_id: string | null;
  batch_id: string | null;
  sent_by: string | null;
  to_email: string;
  personal_message: string | null;
  destination: Generated<string>;
  lifetime_seconds: number;
  browser_hash: Buffer | null;
  asked_from: string | null;
  status: Generated<EmailStatus>;
  reason: string | null;
  message_id: string | null;
  attempts: Generated<number>;
  queued_at: Made;
  status_at: Made;
  sent_at: Moment;
  /** What the relay answered to the attempt that it took. */
  response: ColumnType<string | null, string | null | undefined, string | null>;
  /** The version of the agency's own words that the message is made of; null for the product's. */
  template_version_id: ColumnType<string | null, string | null | undefined, string | null>;
  /** The run of a workflow that sent it. */
  workflow_run_id: ColumnType<string | null, string | null | undefined, string | null>;
};

export type EmailStepKind =
  | "delayed"
  | "refused"
  | "paused"
  | "failed"
  | "suppressed"
  | "cancelled"
  | "queued-again"
  | "bounced"
  | "late"
  | "complained";

/** What happened to an e-mail beside being queued and sent. `smtp_status` and `response` are the server's own, without links or addresses. */
export type EmailStepsTable = {
  agency_id: AgencyId;
  email_id: string;
  id: Generated<string>;
  at: Made;
  kind: EmailStepKind;
  attempt: number | null;
  member_id: string | null;
  reason: string | null;
  smtp_status: string | null;
  response: string | null;
};

export type MailRequestsTable = {
  agency_id: AgencyId;
  id: Generated<string>;
  kind: "sign-in-link" | "reset-password";
  email: string;
  destination: Generated<string>;
  browser_hash: Buffer | null;
  asked_from: string | null;
  created_at: Made;
};

export type SuppressionKind = "bounce" | "complaint";

export type SuppressionsTable = {
  agency_id: AgencyId;
  email: string;
  reason: string;
  kind: Generated<SuppressionKind>;
  /** The e-mail that met the refusal. */
  email_id: ColumnType<string | null, string | null | undefined, string | null>;
  created_at: Made;
};

export type AccessLinksTable = {
  agency_id: AgencyId;
  id: Generated<string>;
  contact_id: string;
  kind: LinkKind;
  destination: Generated<string>;
  uses: Generated<LinkUses>;
  lifetime_seconds: number;
  access_version: number;
  new_email: string | null;
  made_by: string | null;
  email_id: string | null;
  created_at: Made;
  expires_at: At;
  opened_at: Moment;
  used_at: Moment;
  use_count: Generated<number>;
  revoked_at: Moment;
};

export type AccessTokensTable = { agency_id: AgencyId; token_hash: Buffer; link_id: string; created_at: Made };

export type SignInCodesTable = {
  agency_id: AgencyId;
  email_id: string;
  contact_id: string;
  browser_hash: Buffer;
  code_hmac: Buffer;
  access_version: number;
  tries: Generated<number>;
  created_at: Made;
  expires_at: At;
  used_at: Moment;
};

export type MemberSessionsTable = {
  id_hash: Buffer;
  member_id: string;
  method: "password" | "sign-up" | "reset";
  address: string | null;
  user_agent: string | null;
  created_at: Made;
  last_seen_at: Made;
  ends_at: At;
};

export type MemberLinksTable = {
  token_hash: Buffer;
  member_id: string;
  kind: "reset";
  created_at: Made;
  expires_at: At;
  used_at: Moment;
};

export type MemberMailRequestsTable = {
  id: Generated<string>;
  kind: "reset" | "invite";
  email: string;
  created_at: Made;
  agency_id: ColumnType<string | null, string | null | undefined, never>;
};

export type BrandImagesTable = {
  agency_id: AgencyId;
  hash: string;
  bytes: Buffer;
  width: number;
  height: number;
  ground: Logo["ground"];
  created_at: Made;
  saved_at: Moment;
};

export type ContactSessionsTable = {
  agency_id: AgencyId;
  id: Generated<string>;
  id_hash: Buffer;
  contact_id: string;
  host: string;
  method: "password" | "link" | "code";
  link_id: string | null;
  access_version: number;
  address: string | null;
  user_agent: string | null;
  created_at: Made;
  last_seen_at: Made;
  ends_at: At;
};

/** `private_key` is sealed; whoever reads it names the row. `last_check` and `last_test` are the model's own shapes. */
export type SendingDomainsTable = {
  agency_id: AgencyId;
  id: string;
  domain: string;
  local_part: Generated<string>;
  selector: Generated<string>;
  public_key: string;
  private_key: Buffer;
  proof_value: Generated<string>;
  created_at: Made;
  verified_at: Moment;
  degraded_at: Moment;
  degraded_reason: string | null;
  selected_at: Moment;
  spf_found_at: Moment;
  bounce_found_at: Moment;
  checked_at: Moment;
  check_asked_at: Moment;
  next_check_at: Made;
  last_check: ColumnType<unknown, string | null | undefined, string | null>;
  test_asked_at: Moment;
  last_test: ColumnType<unknown, string | null | undefined, string | null>;
};

/** How a session may move to another host of its agency. */
export type HandOversTable = {
  agency_id: AgencyId;
  token_hash: Buffer;
  session_id: string;
  browser_hash: Buffer;
  host: string;
  expires_at: Made;
};

export type TemplateKind = "invite" | "login-email" | "reset-password" | "confirm-email";

export type EmailTemplatesTable = {
  agency_id: AgencyId;
  id: Generated<string>;
  kind: TemplateKind | null;
  name: string;
  current_id: ColumnType<string | null, string | null | undefined, string | null>;
  created_at: Made;
  archived_at: Moment;
};

/** `fields` is the model's own shape. */
export type EmailTemplateVersionsTable = {
  agency_id: AgencyId;
  id: Generated<string>;
  template_id: string;
  number: number;
  fields: Json<Record<string, string>>;
  made_by: string | null;
  made_at: Made;
};

export type EmailTemplateDraftsTable = {
  agency_id: AgencyId;
  member_id: string;
  template: string;
  fields: Json<Record<string, string>>;
  typed_at: Made;
};

export type WorkflowTrigger =
  | "contact-created"
  | "tag-added"
  | "tag-removed"
  | "invited"
  | "not-joined"
  | "joined"
  | "signed-in"
  | "not-signed-in"
  | "link-expired"
  | "email-bounced";

/** `draft` is the model's own shape; the trigger and the conditions are the current version's. */
export type WorkflowsTable = {
  agency_id: AgencyId;
  id: Generated<string>;
  name: string;
  current_id: ColumnType<string | null, string | null | undefined, string | null>;
  draft: ColumnType<unknown, string | null | undefined, string | null>;
  trigger: ColumnType<WorkflowTrigger | null, WorkflowTrigger | null | undefined, WorkflowTrigger | null>;
  trigger_tag: ColumnType<string | null, string | null | undefined, string | null>;
  trigger_days: ColumnType<number | null, number | null | undefined, number | null>;
  if_statuses: ColumnType<ContactStatus[] | null, string[] | null | undefined, string[] | null>;
  if_tags: ColumnType<string[] | null, string[] | null | undefined, string[] | null>;
  if_not_tags: ColumnType<string[] | null, string[] | null | undefined, string[] | null>;
  if_company: ColumnType<string | null, string | null | undefined, string | null>;
  if_email_domains: ColumnType<string[] | null, string[] | null | undefined, string[] | null>;
  /** How far the moments that a trigger in days waits for were looked at. */
  scanned_to: Moment;
  /** After whom the next of those who matched when it was switched on are looked for; null when all are in. */
  entering_after: ColumnType<string | null, string | null | undefined, string | null>;
  /** How many of them have entered. */
  entered_existing: Generated<number>;
  created_at: Made;
  enabled_at: Moment;
  paused_at: Moment;
  removed_at: Moment;
};

/** `definition` is the model's own shape. */
export type WorkflowVersionsTable = {
  agency_id: AgencyId;
  id: Generated<string>;
  workflow_id: string;
  number: number;
  definition: Json<unknown>;
  ends_on_join: boolean;
  made_by: string | null;
  made_at: Made;
};

export type WorkflowRunState = "running" | "done" | "stopped" | "failed";

/** Has the id of its job. `position` is the step that is next, from 0; `due_at` is for people to read: the job's moment decides. */
export type WorkflowRunsTable = {
  agency_id: AgencyId;
  id: Generated<string>;
  workflow_id: string;
  version_id: string;
  contact_id: string;
  ends_on_join: boolean;
  position: Generated<number>;
  state: Generated<WorkflowRunState>;
  reason: string | null;
  entered_at: Made;
  due_at: Moment;
  ended_at: Moment;
};

export type WorkflowRunStepsTable = {
  agency_id: AgencyId;
  run_id: string;
  position: number;
  try: Generated<number>;
  at: Made;
  step: string;
  outcome: "done" | "skipped" | "failed";
  reason: string | null;
  email_id: string | null;
};

export type ContactTagsTable = { agency_id: AgencyId; contact_id: string; tag: string; added_at: Made };

type Jobs<Id> = {
  agency_id: Id;
  id: Generated<string>;
  kind: string;
  lane: Lane;
  payload: Json<Record<string, string>>;
  email_id: string | null;
  run_at: Made;
  attempts: Generated<number>;
  crashes: Generated<number>;
  lease_id: string | null;
  leased_until: Moment;
  leased_by: string | null;
  quarantined_at: Moment;
  last_error: string | null;
  created_at: Made;
};

type Events<Id> = {
  agency_id: Id;
  id: Generated<string>;
  at: Made;
  kind: string;
  member_id: string | null;
  contact_id: string | null;
  link_id: string | null;
  email_id: string | null;
  address: string | null;
  data: Json<Record<string, unknown>>;
};

export type LimitsTable = { key: string; hits: number; window_ends_at: At };

/** What one agency's transaction sees. Of members only id and name are readable here. */
export type AgencyTables = {
  agencies: AgenciesTable;
  members: Pick<MembersTable, "id" | "name">;
  memberships: Memberships<AgencyId>;
  hosts: Hosts<AgencyId>;
  contacts: ContactsTable;
  portal_counts: PortalCountsTable;
  email_batches: EmailBatchesTable;
  emails: EmailsTable;
  email_steps: EmailStepsTable;
  mail_requests: MailRequestsTable;
  suppressions: SuppressionsTable;
  access_links: AccessLinksTable;
  access_tokens: AccessTokensTable;
  sign_in_codes: SignInCodesTable;
  contact_sessions: ContactSessionsTable;
  brand_images: BrandImagesTable;
  hand_overs: HandOversTable;
  sending_domains: SendingDomainsTable;
  email_templates: EmailTemplatesTable;
  email_template_versions: EmailTemplateVersionsTable;
  email_template_drafts: EmailTemplateDraftsTable;
  contact_tags: ContactTagsTable;
  workflows: WorkflowsTable;
  workflow_versions: WorkflowVersionsTable;
  workflow_runs: WorkflowRunsTable;
  workflow_run_steps: WorkflowRunStepsTable;
  workflow_run_counts: WorkflowRunCountsTable;
  jobs: Jobs<AgencyId>;
  events: Events<AgencyId>;
};

/** What belongs to no single agency; here `agency_id` is named, since nothing stamps it. */
export type GlobalTables = {
  agencies: AgenciesTable;
  members: MembersTable;
  memberships: Memberships<string>;
  hosts: Hosts<string>;
  member_sessions: MemberSessionsTable;
  member_links: MemberLinksTable;
  member_mail_requests: MemberMailRequestsTable;
  jobs: Jobs<string>;
  events: Events<string>;
  limits: LimitsTable;
};

export type Database = AgencyTables & GlobalTables;

type Handle<T> = Omit<Kysely<T>, "transaction" | "startTransaction" | "connection" | "destroy">;

declare const agency: unique symbol;
declare const shared: unique symbol;

/** One agency's tables, to read from; made by AgencyStore alone. An AgencyDb is one too. */
export type AgencyReader = Pick<
  Kysely<AgencyTables>,
  "selectFrom" | "selectNoFrom" | "with" | "fn" | "dynamic" | "getExecutor"
> & {
  readonly [agency]: true;
};

/** One agency's tables inside a transaction; made by AgencyStore alone. */
export type AgencyDb = Handle<AgencyTables> & { readonly [agency]: true };

/** The tables that belong to no agency; made by GlobalStore alone. */
export type GlobalDb = Handle<GlobalTables> & { readonly [shared]: true };

/** The agency under which the platform's own jobs stand; no row of `agencies` has it. */
export const PLATFORM = "00000000-0000-0000-0000-000000000000";
