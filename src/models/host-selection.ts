// Which host an agency's portal stands on: the choice among its hosts, what a change of it touches, and making it.
import { sql } from "kysely";
import type { AgencyDb, AgencyReader } from "../db/schema.ts";
import { countLiveLinks } from "./access-links.ts";
import { countContactSessions } from "./contact-sessions.ts";
import { shown } from "./domain-names.ts";
import { Invalid, NotFound } from "./errors.ts";
import { recordEvent } from "./events.ts";
import { hostName, type PortalOrigin } from "./portal-url.ts";

/** A host of the agency. `pending` and `proven` ones have not shown our marker yet, a `degraded` one stopped answering. */
export type HostChoice = {
  id: string;
  kind: "default" | "custom";
  /** The whole name, with the port where the environment has one. */
  name: string;
  /** The name as people write it, with the letters that an encoded one (xn--) stands for. */
  shownName: string;
  state: "pending" | "proven" | "active" | "degraded";
  selected: boolean;
};

/** The agency's hosts, its default one first. One is selected: the default one when no other is. */
export async function listHostChoices(db: AgencyReader, origin: PortalOrigin): Promise<HostChoice[]> {
  const { rows } = await sql<{ hosts: ListedHost[] | null }>`select ${listedHosts} as hosts`.execute(db);
  return choicesOf(rows[0]?.hosts ?? [], origin);
}

/** A host as `listedHosts` yields it; its `name` is the slug where it is a default host. */
export type ListedHost = Pick<HostChoice, "id" | "kind" | "name" | "state" | "selected">;

/** The agency's hosts as one JSON value, in the order of `listHostChoices`; null when there is none. */
export const listedHosts = sql<ListedHost[] | null>`(
  select json_agg(json_build_object('id', id, 'kind', kind, 'name', name, 'selected', selected_at is not null, 'state',
      case when kind = 'default' then 'active' when verified_at is null then 'pending'
        when degraded_at is not null then 'degraded' when active_at is null then 'proven' else 'active' end)
    order by kind desc, name)
  from hosts where released_at is null)`;

/** What can be chosen among the hosts that `listedHosts` found. */
export function choicesOf(rows: readonly ListedHost[], origin: PortalOrigin): HostChoice[] {
  const chosen = rows.find(({ selected }) => selected) ?? rows.find(({ kind }) => kind === "default");
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    name: hostName(row, origin),
    shownName: row.kind === "default" ? hostName(row, origin) : shown(row.name),
    state: row.state,
    selected: row.id === chosen?.id,
  }));
}

/**
 * The portal's address, as `portalUrl` asks for it, where the agency's hosts are at hand: on the host that the agency selected, or on its
 * default host while that one is degraded.
 */
export function portalUrlOf(choices: readonly HostChoice[], { scheme }: PortalOrigin): string {
  const works = ({ selected, state }: HostChoice) => selected && (state === "proven" || state === "active");
  const host = choices.find(works) ?? choices.find(({ kind }) => kind === "default");
  if (!host) throw new NotFound("This agency has no portal host.");
  return `${scheme}://${host.name}`;
}

/** What selecting a host would change; `liveLinks` and `sessions` go on working and lead to the new host. */
export type HostChange = { to: HostChoice; from: HostChoice; liveLinks: number; sessions: number };

/** Looks ahead at selecting a host. Throws NotFound for a host that the agency does not have. */
export async function planHostChange(db: AgencyReader, hostId: string, origin: PortalOrigin): Promise<HostChange> {
  const choices = await listHostChoices(db, origin);
  const to = choices.find(({ id }) => id === hostId);
  const from = choices.find(({ selected }) => selected);
  if (!to || !from) throw new NotFound("The agency has no such host.");
  const [liveLinks, sessions] = await Promise.all([countLiveLinks(db), countContactSessions(db, { notOn: to.name })]);
  return { to, from, liveLinks, sessions };
}

/**
 * Makes a host the one that links are built on. Returns its name, or undefined when it was that already. Throws NotFound for a host
 * that the agency does not have and Invalid for one that is not active.
 */
export async function selectHost(
  db: AgencyDb,
  hostId: string,
  memberId: string,
  origin: PortalOrigin,
): Promise<string | undefined> {
  // Two choices at once happen one after the other, and a check that degrades the host does not slip in between.
  await sql`select 1 from hosts where released_at is null order by id for update`.execute(db);
  const choices = await listHostChoices(db, origin);
  const to = choices.find(({ id }) => id === hostId);
  const from = choices.find(({ selected }) => selected);
  if (!to) throw new NotFound("The agency has no such host.");
  if (to.state !== "active") throw new Invalid({ host: `${to.shownName} is not active yet.` });
  if (to.selected) return undefined;
  await db.updateTable("hosts").set({ selected_at: null }).where("selected_at", "is not", null).execute();
  await db.updateTable("hosts").set({ selected_at: sql`now()` }).where("id", "=", to.id).execute();
  await recordEvent(db, { kind: "domain.selected", memberId, data: { before: from?.name, after: to.name } });
  return to.shownName;
}
