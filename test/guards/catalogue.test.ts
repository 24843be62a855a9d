// Walks the database's own catalogue: every table is a tenant's and protected, or stands on the short list of global ones.
import { expect, test } from "vitest";
import { databaseForTest } from "../support/database.ts";

/** Tables that belong to no single agency, and why. */
const global: Record<string, string> = {
  agencies: "the tenants themselves, with a policy on their id",
  members: "a person may belong to several agencies",
  member_sessions: "a member's session holds for all agencies",
  member_links: "a member's forgotten password",
  member_mail_requests: "somebody typed an address; nobody knows yet whose",
  limits: "counts by address and account",
  kysely_migration: "what has been migrated",
  kysely_migration_lock: "what has been migrated",
};

/** Unique keys that must hold across agencies, because a name or address on the internet has one owner. */
const acrossAgencies = new Set(["hosts_one_holder", "sending_domains_one_holder"]);

const rowsOf = async <T>(text: string) => (await (await databaseForTest()).owner.query(text)).rows as T[];

test("every table is protected by row-level security for its owner too, or is a listed global one", async () => {
  const tables = await rowsOf<{ name: string; enabled: boolean; forced: boolean; agency: boolean }>(`
    select c.relname as name, c.relrowsecurity as enabled, c.relforcerowsecurity as forced,
           exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'agency_id' and a.attnotnull) as agency
    from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')`);
  const open = tables.filter(
    ({ name, enabled, forced, agency }) => !(enabled && forced && agency) && !(name in global),
  );
  expect(open.map(({ name }) => name)).toEqual([]);
  expect(tables.length).toBeGreaterThan(15);
});

test("each protected table has exactly one policy for the application, with USING and WITH CHECK on the agency", async () => {
  const policies = await rowsOf<{ tablename: string; qual: string; with_check: string; cmd: string }>(
    "select tablename, qual, with_check, cmd from pg_policies where 'portico_app' = any (roles)",
  );
  const tables = policies.map(({ tablename }) => tablename);
  expect(new Set(tables).size).toBe(tables.length);
  for (const { tablename, qual, with_check, cmd } of policies) {
    expect([tablename, cmd]).toEqual([tablename, "ALL"]);
    for (const text of [qual, with_check]) expect(text).toMatch(/current_setting\('app\.agency_id'::text, true\)/);
  }
});

test("primary, unique and foreign keys of protected tables start with the agency", async () => {
  const keys = await rowsOf<{ name: string; first: string }>(`
    select i.indexrelid::regclass::text as name, a.attname as first
    from pg_index i join pg_class c on c.oid = i.indrelid
    join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
    where c.relnamespace = 'public'::regnamespace and c.relforcerowsecurity and i.indisunique and c.relname <> 'agencies'`);
  expect(keys.filter(({ name, first }) => first !== "agency_id" && !acrossAgencies.has(name))).toEqual([]);
  const references = await rowsOf<{ name: string; columns: string[]; target: string }>(`
    select con.conname as name, con.confrelid::regclass::text as target,
           array(select a.attname::text from unnest(con.conkey) with ordinality k (num, place)
                 join pg_attribute a on a.attrelid = con.conrelid and a.attnum = k.num order by place) as columns
    from pg_constraint con join pg_class c on c.oid = con.conrelid
    where con.contype = 'f' and c.relforcerowsecurity and c.relnamespace = 'public'::regnamespace`);
  expect(references.filter(({ columns, target }) => target !== "members" && columns[0] !== "agency_id")).toEqual([]);
});

test("the application's role owns nothing, cannot bypass row-level security, and reads no member's password", async () => {
  const roles = await rowsOf<{ rolname: string; rolsuper: boolean; rolbypassrls: boolean; owned: number }>(`
    select rolname, rolsuper, rolbypassrls, (select count(*) from pg_class where relowner = r.oid)::int as owned
    from pg_roles r where rolname in ('portico_app', 'portico_directory', 'portico_search')`);
  expect(roles).toHaveLength(3);
  for (const role of roles) expect(role).toMatchObject({ rolsuper: false, rolbypassrls: false, owned: 0 });
  const [right] = await rowsOf<{ hash: boolean; email: boolean; name: boolean }>(`
    select has_column_privilege('portico_app', 'members', 'password_hash', 'select') as hash,
           has_column_privilege('portico_app', 'members', 'email', 'select') as email,
           has_column_privilege('portico_app', 'members', 'name', 'select') as name`);
  expect(right).toEqual({ hash: false, email: false, name: true });
});

test("the only functions with more rights than their caller are the search, which asks for the agency itself, and the counting of hits, which reads no other table than the limits", async () => {
  const definers = await rowsOf<{ name: string; body: string }>(
    "select proname as name, prosrc as body from pg_proc where pronamespace = 'public'::regnamespace and prosecdef",
  );
  const bodies = Object.fromEntries(definers.map(({ name, body }) => [name, body]));
  expect(Object.keys(bodies).sort()).toEqual(["hit_limits", "search_contact_ids"]);
  expect(bodies["search_contact_ids"]).toContain("app.agency_id");
  const tables = bodies["hit_limits"]?.match(/(?<=\b(?:from|into|join) )[\w.]+/g) ?? [];
  expect(tables.filter((name) => !["unnest", "new.window_ends_at", "kept.window_ends_at"].includes(name))).toEqual([
    "public.limits",
    "public.limits",
  ]);
});

test("no role of ours can make a function or operator that one with more rights would take for PostgreSQL's own", async () => {
  const makers = await rowsOf<{ role: string; place: string }>(`
    select rolname as role, nspname as place from pg_roles, pg_namespace
    where rolname ~ '^portico_' and nspname !~ '^pg_(toast_)?temp_' and has_schema_privilege(rolname, pg_namespace.oid, 'create')
    union all
    select rolname, 'a new schema' from pg_roles
    where rolname ~ '^portico_' and has_database_privilege(rolname, current_database(), 'create')`);
  expect(makers).toEqual([]);
});

test("no column could hold a token in clear: secrets are stored as bytes of a hash", async () => {
  const columns = await rowsOf<{ name: string; type: string }>(`
    select table_name || '.' || column_name as name, data_type as type from information_schema.columns
    where table_schema = 'public' and column_name ~ '(token|secret|code|id_hash|hmac|browser_hash)'`);
  expect(columns.filter(({ type }) => type !== "bytea")).toEqual([]);
});
