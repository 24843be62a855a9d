// The kept counts of the dashboard: a ledger that statement-level triggers only add to, so that no page counts and no writer waits.
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  // A sum over a handful of rows is the count. One row to update instead would make every writer of an agency wait for every
  // other, and two that touch contacts in different orders deadlock. `day` is the UTC day of the joins in the row.
  await sql`
    create table portal_counts (
      agency_id uuid not null references agencies (id) on delete cascade,
      id uuid not null default uuidv7(),
      day date,
      not_invited integer not null default 0,
      invited integer not null default 0,
      joined integer not null default 0,
      revoked integer not null default 0,
      joins integer not null default 0,
      primary key (agency_id, id)
    )`.execute(db);
  await sql`select protect_table('portal_counts')`.execute(db);

  // Folds what it can lock without waiting into one row a day, and everything older than the sparkline into one; the sums stay.
  await sql`
    create function fold_portal_counts(agency uuid) returns void language sql as $$
      with folded as (
        delete from portal_counts where agency_id = agency and id in (
          select id from portal_counts where agency_id = agency for update skip locked)
        returning *
      )
      insert into portal_counts (agency_id, day, not_invited, invited, joined, revoked, joins)
      select agency, kept_day, sum(not_invited), sum(invited), sum(joined), sum(revoked), sum(joins)
      from (select *, case when day > current_date - 40 then day end as kept_day from folded) by_day
      group by kept_day
    $$`.execute(db);

  await sql`
    create function keep_portal_counts() returns trigger language plpgsql as $$
    declare agency uuid;
    begin
      if tg_op = 'INSERT' then
        with kept as (insert into portal_counts (agency_id, day, not_invited, invited, joined, revoked, joins)
        select agency_id, (joined_at at time zone 'UTC')::date,
               count(*) filter (where status = 'not-invited'), count(*) filter (where status = 'invited'),
               count(*) filter (where status = 'joined'), count(*) filter (where status = 'revoked'), count(joined_at)
        from came group by 1, 2
        returning agency_id)
        select agency_id into agency from kept limit 1;
      elsif tg_op = 'DELETE' then
        with kept as (insert into portal_counts (agency_id, day, not_invited, invited, joined, revoked, joins)
        select agency_id, (joined_at at time zone 'UTC')::date,
               - count(*) filter (where status = 'not-invited'), - count(*) filter (where status = 'invited'),
               - count(*) filter (where status = 'joined'), - count(*) filter (where status = 'revoked'), - count(joined_at)
        from went group by 1, 2
        returning agency_id)
        select agency_id into agency from kept limit 1;
      else
        with kept as (insert into portal_counts (agency_id, day, not_invited, invited, joined, revoked, joins)
        select agency_id, day,
               coalesce(sum(weight) filter (where status = 'not-invited'), 0), coalesce(sum(weight) filter (where status = 'invited'), 0),
               coalesce(sum(weight) filter (where status = 'joined'), 0), coalesce(sum(weight) filter (where status = 'revoked'), 0),
               coalesce(sum(weight) filter (where day is not null), 0)
        from (
          select came.agency_id, change.status, change.weight, (change.joined_at at time zone 'UTC')::date as day
          from came join went using (agency_id, id),
               lateral (values (came.status, 1, came.joined_at), (went.status, -1, went.joined_at)) change (status, weight, joined_at)
          where (came.status, came.joined_at) is distinct from (went.status, went.joined_at)
        ) moved
        group by 1, 2
        returning agency_id)
        select agency_id into agency from kept limit 1;
      end if;
      -- Now and then the writer tidies, so that the sum stays short without a job of its own.
      if agency is not null and random() < 0.02 then
        perform fold_portal_counts(agency);
      end if;
      return null;
    end $$`.execute(db);
  await sql`
    create trigger contacts_came after insert on contacts referencing new table as came
      for each statement execute function keep_portal_counts()`.execute(db);
  await sql`
    create trigger contacts_moved after update on contacts referencing old table as went new table as came
      for each statement execute function keep_portal_counts()`.execute(db);
  await sql`
    create trigger contacts_went after delete on contacts referencing old table as went
      for each statement execute function keep_portal_counts()`.execute(db);
}
