// How many runs each version of a workflow has in which state: a ledger that statements only add to, so that no page counts a million runs.
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  // As portal_counts: a sum over a handful of rows is the count, and no writer waits for another. No reference to the workflow: what a
  // deleted one leaves here is read by nobody.
  await sql`
    create table workflow_run_counts (
      agency_id uuid not null references agencies (id) on delete cascade,
      workflow_id uuid not null,
      version_id uuid not null,
      id uuid not null default uuidv7(),
      running integer not null default 0,
      done integer not null default 0,
      stopped integer not null default 0,
      failed integer not null default 0,
      primary key (agency_id, workflow_id, version_id, id)
    )`.execute(db);
  await sql`select protect_table('workflow_run_counts')`.execute(db);
  await keepCounts(db);
  await countWhatIsThere(db);
}

async function keepCounts(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function fold_workflow_run_counts(agency uuid) returns void language sql as $$
      with folded as (
        delete from workflow_run_counts where agency_id = agency and id = any (array(
          select id from workflow_run_counts where agency_id = agency for update skip locked))
        returning *
      )
      insert into workflow_run_counts (agency_id, workflow_id, version_id, running, done, stopped, failed)
      select agency, workflow_id, version_id, sum(running), sum(done), sum(stopped), sum(failed)
      from folded group by workflow_id, version_id
      having (sum(running), sum(done), sum(stopped), sum(failed)) is distinct from (0::bigint, 0::bigint, 0::bigint, 0::bigint)
    $$`.execute(db);

  // What came less what went: the two tables need not be joined.
  const adds = (moved: string) => sql`
    with kept as (
      insert into workflow_run_counts (agency_id, workflow_id, version_id, running, done, stopped, failed)
      select agency_id, workflow_id, version_id,
             coalesce(sum(weight) filter (where state = 'running'), 0), coalesce(sum(weight) filter (where state = 'done'), 0),
             coalesce(sum(weight) filter (where state = 'stopped'), 0), coalesce(sum(weight) filter (where state = 'failed'), 0)
      from (${sql.raw(moved)}) moved
      group by agency_id, workflow_id, version_id
      having (coalesce(sum(weight) filter (where state = 'running'), 0), coalesce(sum(weight) filter (where state = 'done'), 0),
             coalesce(sum(weight) filter (where state = 'stopped'), 0), coalesce(sum(weight) filter (where state = 'failed'), 0))
        is distinct from (0::bigint, 0::bigint, 0::bigint, 0::bigint)
      returning agency_id)
    select agency_id into agency from kept limit 1;`;
  const of = (table: string, weight: number) =>
    `select agency_id, workflow_id, version_id, state, ${weight} as weight from ${table}`;
  await sql`
    create function keep_workflow_run_counts() returns trigger language plpgsql as $$
    declare agency uuid;
    begin
      if tg_op = 'INSERT' then
        ${adds(of("came", 1))}
      elsif tg_op = 'DELETE' then
        ${adds(of("went", -1))}
      else
        ${adds(`${of("came", 1)} union all ${of("went", -1)}`)}
      end if;
      -- Now and then the writer tidies, as in keep_portal_counts.
      if agency is not null and random() < 0.02 then
        perform fold_workflow_run_counts(agency);
      end if;
      return null;
    end $$`.execute(db);
  await sql`
    create trigger workflow_runs_came after insert on workflow_runs referencing new table as came
      for each statement execute function keep_workflow_run_counts()`.execute(db);
  await sql`
    create trigger workflow_runs_moved after update on workflow_runs referencing old table as went new table as came
      for each statement execute function keep_workflow_run_counts()`.execute(db);
  await sql`
    create trigger workflow_runs_went after delete on workflow_runs referencing old table as went
      for each statement execute function keep_workflow_run_counts()`.execute(db);
}

// Row-level security holds for the tables' owner too.
async function countWhatIsThere(db: Kysely<unknown>): Promise<void> {
  for (const force of ["no force", "force"]) {
    for (const table of ["workflow_runs", "workflow_run_counts"])
      await sql`alter table ${sql.table(table)} ${sql.raw(force)} row level security`.execute(db);
    if (force === "no force")
      await sql`
        insert into workflow_run_counts (agency_id, workflow_id, version_id, running, done, stopped, failed)
        select agency_id, workflow_id, version_id, count(*) filter (where state = 'running'), count(*) filter (where state = 'done'),
               count(*) filter (where state = 'stopped'), count(*) filter (where state = 'failed')
        from workflow_runs group by agency_id, workflow_id, version_id`.execute(db);
  }
}
