// The kept counts of the dashboard, moved by statement-level triggers so that no page has to count.
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table portal_counts (
      agency_id uuid not null references agencies (id) on delete cascade,
      not_invited integer not null default 0,
      invited integer not null default 0,
      joined integer not null default 0,
      revoked integer not null default 0,
      primary key (agency_id)
    )`.execute(db);
  await sql`select protect_table('portal_counts')`.execute(db);

  await sql`
    create table portal_joins (
      agency_id uuid not null references agencies (id) on delete cascade,
      day date not null,
      joined integer not null,
      primary key (agency_id, day)
    )`.execute(db);
  await sql`select protect_table('portal_joins')`.execute(db);

  // One function for all three verbs: changes holds the rows that went (weight -1) and those that came (weight +1).
  await sql`
    create function move_portal_counts(agency uuid, statuses text[], weights integer[], joins timestamptz[]) returns void
    language plpgsql as $$
    begin
      insert into portal_counts as kept (agency_id, not_invited, invited, joined, revoked)
      select agency,
             coalesce(sum(weight) filter (where status = 'not-invited'), 0),
             coalesce(sum(weight) filter (where status = 'invited'), 0),
             coalesce(sum(weight) filter (where status = 'joined'), 0),
             coalesce(sum(weight) filter (where status = 'revoked'), 0)
      from unnest(statuses, weights) as change (status, weight)
      on conflict (agency_id) do update set
        not_invited = kept.not_invited + excluded.not_invited,
        invited = kept.invited + excluded.invited,
        joined = kept.joined + excluded.joined,
        revoked = kept.revoked + excluded.revoked;
      insert into portal_joins as kept (agency_id, day, joined)
      select agency, (joined_at at time zone 'UTC')::date, sum(weight)
      from unnest(joins, weights) as change (joined_at, weight)
      where joined_at is not null
      group by 2
      having sum(weight) <> 0
      order by 2
      on conflict (agency_id, day) do update set joined = kept.joined + excluded.joined;
    end $$`.execute(db);
  await sql`
    create function keep_portal_counts() returns trigger language plpgsql as $$
    declare change record;
    begin
      if tg_op = 'INSERT' then
        for change in
          select agency_id, array_agg(status) as statuses, array_agg(1) as weights, array_agg(joined_at) as joins
          from came group by agency_id
        loop
          perform move_portal_counts(change.agency_id, change.statuses, change.weights, change.joins);
        end loop;
      elsif tg_op = 'DELETE' then
        for change in
          select agency_id, array_agg(status) as statuses, array_agg(-1) as weights, array_agg(joined_at) as joins
          from went group by agency_id
        loop
          perform move_portal_counts(change.agency_id, change.statuses, change.weights, change.joins);
        end loop;
      else
        for change in
          select agency_id, array_agg(status) as statuses, array_agg(weight) as weights, array_agg(joined_at) as joins
          from (
            select came.agency_id, came.status, 1 as weight, came.joined_at
            from came join went using (agency_id, id)
            where (came.status, came.joined_at) is distinct from (went.status, went.joined_at)
            union all
            select went.agency_id, went.status, -1, went.joined_at
            from came join went using (agency_id, id)
            where (came.status, came.joined_at) is distinct from (went.status, went.joined_at)
          ) moved
          group by agency_id
        loop
          perform move_portal_counts(change.agency_id, change.statuses, change.weights, change.joins);
        end loop;
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
  await sql`revoke delete on portal_counts, portal_joins from portico_app`.execute(db);
}
