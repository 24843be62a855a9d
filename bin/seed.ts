// Fills the database with made-up agencies and contacts, for trying things out at size: `npm run seed -- --agencies 50 --contacts 2000`.
import { parseArgs } from "node:util";
import { sql } from "kysely";
import { readConfig } from "../src/config.ts";
import { migrate } from "../src/db/migrate.ts";
import { openDatabase } from "../src/db/open.ts";
import type { AgencyDb, GlobalDb } from "../src/db/schema.ts";
import { DEMO_PASSWORD } from "../src/db/seed-people.ts";
import { createDeps, type Deps } from "../src/deps.ts";
import { createLogger } from "../src/log.ts";
import { hashPassword } from "../src/models/passwords.ts";

const HELP = `Usage: npm run seed -- [--agencies N] [--contacts N]

  --agencies N   how many agencies to add (10)
  --contacts N   how many contacts each of them gets (1000)

Each agency's owner signs in as owner@SLUG.example with the password ${DEMO_PASSWORD}.
`;

type Made = { id: string; slug: string };

/** Adds agencies with an owner and a portal host each; numbers go on where an earlier run ended. */
async function addAgencies(db: GlobalDb, count: number, passwordHash: string): Promise<Made[]> {
  const { rows } = await sql<Made>`
    with last as (
      select coalesce(max(substring(slug from '^studio-([0-9]+)$')::int), 0) as number from agencies where slug ~ '^studio-[0-9]{1,8}$'
    ), wanted as (
      select 'studio-' || (last.number + i) as slug, 'Studio ' || (last.number + i) as name
      from last, generate_series(1, ${count}::int) as i
    ), agency as (
      insert into agencies (slug, name) select slug, name from wanted returning id, slug
    ), member as (
      insert into members (email, name, password_hash)
      select 'owner@' || slug || '.example', 'Owner of ' || slug, ${passwordHash} from agency
      returning id, email
    ), membership as (
      insert into memberships (agency_id, member_id, role)
      select agency.id, member.id, 'owner' from agency join member on member.email = 'owner@' || agency.slug || '.example'
    ), host as (
      insert into hosts (agency_id, kind, name, verified_at, active_at, selected_at)
      select id, 'default', slug, now(), now(), now() from agency
    ), event as (
      insert into events (agency_id, kind) select id, 'agency.created' from agency
    )
    select id, slug from agency order by length(slug), slug`.execute(db);
  return rows;
}

/** Adds contacts in every state, their moments spread over the last weeks. */
async function addContacts(db: AgencyDb, slug: string, count: number): Promise<void> {
  await sql`
    insert into contacts (email, name, company, created_at, invited_at, joined_at, email_proven_at, last_sign_in_at, revoked_at)
    select lower(given) || '.' || lower(family) || '.' || i || '@' || lower(company) || '-' || ${slug}::text || '.example',
           given || ' ' || family, company || ' Ltd',
           now() - interval '100 days',
           case when state > 4 then at end,
           case when state > 11 then at + interval '1 day' end,
           case when state > 11 then at + interval '1 day' end,
           case when state > 11 then least(now(), at + interval '1 day' + make_interval(days => i % 9)) end,
           case when state = 19 then least(now(), at + interval '3 days') end
    from (
      select i, i % 20 as state,
             now() - interval '2 days' - make_interval(hours => (i::bigint * 7919 % 1680)::int) as at,
             (array['Ada','Ben','Chidi','Dana','Elif','Farid','Grace','Hugo','Ines','Jonas','Kaya','Liam','Mina','Noor','Oskar','Priya'])[1 + i % 16] as given,
             (array['Adler','Bauer','Castro','Dubois','Eriksen','Fischer','Garcia','Hansen','Ito','Jensen','Kowalski','Lopez','Moreau'])[1 + i % 13] as family,
             (array['Alder','Birch','Cedar','Dogwood','Elm','Fir','Ginkgo','Hazel','Ironwood','Juniper','Larch'])[1 + i % 11] as company
      from generate_series(1, ${count}::int) as i
    ) as person`.execute(db);
}

async function seed(deps: Deps, agencies: number, contacts: number): Promise<void> {
  const started = performance.now();
  const passwordHash = await hashPassword(DEMO_PASSWORD);
  const made = await deps.globals.write((db) => addAgencies(db, agencies, passwordHash));
  for (const [i, { id, slug }] of made.entries()) {
    if (contacts > 0) await deps.agencies.open(id).write((db) => addContacts(db, slug, contacts));
    if ((i + 1) % 100 === 0) console.log(`${i + 1} of ${made.length} agencies`);
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`Added ${made.length} agencies with ${contacts} contacts each in ${seconds} s.`);
  const [first, last] = [made[0], made.at(-1)];
  if (first && last)
    console.log(
      `They are ${first.slug} to ${last.slug}; sign in as owner@${first.slug}.example with ${DEMO_PASSWORD}.`,
    );
}

function readCount(name: string, text: string): number {
  if (!/^\d{1,7}$/.test(text)) throw new Error(`--${name} must be a whole number, not "${text}".`);
  return Number(text);
}

try {
  const { values } = parseArgs({
    options: {
      agencies: { type: "string", default: "10" },
      contacts: { type: "string", default: "1000" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(HELP);
  } else {
    const agencies = readCount("agencies", values.agencies);
    const contacts = readCount("contacts", values.contacts);
    const config = readConfig();
    const database = await openDatabase(config);
    try {
      await migrate(database.url);
      const deps = createDeps(config, database.url, createLogger("silent"), { request: () => undefined });
      try {
        await seed(deps, agencies, contacts);
      } finally {
        await deps.close();
      }
    } finally {
      await database.stop();
    }
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
