// The story of one contact: the events of his record, each with the e-mail, the link and the member that it is about.
import { sql } from "kysely";
import type { AgencyReader, EmailKind, EmailStatus, LinkKind, LinkUses } from "../db/schema.ts";
import type { EventKind } from "./events.ts";

export type { EmailKind, LinkKind } from "../db/schema.ts";

/** What a story can be narrowed to. */
export const activityKinds = {
  emails: [
    "contact.invited",
    "email.queued",
    "email.sent",
    "email.failed",
    "email.suppressed",
    "email.complained",
    "email.released",
    "contact.workflow-mail-stopped",
    "contact.workflow-mail-resumed",
  ],
  "sign-ins": ["contact.joined", "contact.signed-in", "contact.signed-out", "link.opened", "link.failed"],
  access: [
    "contact.created",
    "contact.revoked",
    "contact.restored",
    "contact.changed",
    "contact.tagged",
    "contact.untagged",
    "contact.password-set",
    "link.made",
    "link.revoked",
  ],
} as const satisfies Record<string, readonly EventKind[]>;

export type ActivityKind = keyof typeof activityKinds;

/** One thing that happened. `member` is who did it, for a link's event who made the link; `again` marks an invite that was not the first. */
export type Activity = {
  id: string;
  at: Date;
  kind: EventKind;
  member: string | undefined;
  address: string | undefined;
  email: { kind: EmailKind; status: EmailStatus } | undefined;
  link:
    | { kind: LinkKind; uses: LinkUses; destination: string; lifetimeSeconds: number; maker: string | undefined }
    | undefined;
  data: { reason?: string; state?: string; method?: string; changed?: string; again?: boolean; tags?: string[] };
};

type Row = {
  id: string;
  at: Date;
  kind: EventKind;
  data: Activity["data"];
  address: string | null;
  member: string | null;
  email_kind: EmailKind | null;
  email_status: EmailStatus | null;
  link_kind: LinkKind | null;
  uses: LinkUses | null;
  destination: string | null;
  lifetime_seconds: number | null;
  maker: string | null;
};

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The kind that a URL's text names; undefined for everything. */
export function activityKind(text: string | undefined): ActivityKind | undefined {
  return text !== undefined && Object.hasOwn(activityKinds, text) ? (text as ActivityKind) : undefined;
}

/**
 * What happened to a contact, newest first, in one statement; `earlier` is the id to give as `before` for what came before that.
 * What another event of the same moment tells already is left out: the making of a mail's own link, the use of a link beside the
 * sign-in, the queueing of an invite.
 */
export async function listActivity(
  db: AgencyReader,
  contactId: string,
  { show, before, limit = 30 }: { show?: ActivityKind | undefined; before?: string | undefined; limit?: number } = {},
): Promise<{ activities: Activity[]; earlier: string | undefined }> {
  const wanted: readonly string[] = show ? activityKinds[show] : Object.values(activityKinds).flat();
  const from = before && uuid.test(before) ? before : undefined;
  const { rows } = await sql<Row>`
    select events.id, events.at, events.kind, events.data, events.address, members.name as member,
           emails.kind as email_kind, emails.status as email_status,
           links.kind as link_kind, links.uses, links.destination, links.lifetime_seconds, makers.name as maker
    from events
      left join members on members.id = events.member_id
      left join emails on emails.agency_id = events.agency_id and emails.id = events.email_id
      left join access_links links on links.agency_id = events.agency_id and links.id = events.link_id
      left join members makers on makers.id = links.made_by
    where events.contact_id = ${contactId}::uuid and events.kind = any(${[...wanted]}::text[])
      and not (events.kind = 'link.made' and links.email_id is not null)
      and not (events.kind = 'email.queued' and events.data ->> 'email' = 'invite')
      ${from ? sql`and (events.at, events.id) < (select at, id from events where id = ${from}::uuid)` : sql``}
    order by events.at desc, events.id desc
    limit ${limit + 1}`.execute(db);
  const shown = rows.slice(0, limit);
  return { activities: shown.map(toActivity), earlier: rows.length > limit ? shown.at(-1)?.id : undefined };
}

function toActivity(row: Row): Activity {
  return {
    id: row.id,
    at: row.at,
    kind: row.kind,
    member: row.member ?? undefined,
    address: row.address ?? undefined,
    email: row.email_kind && row.email_status ? { kind: row.email_kind, status: row.email_status } : undefined,
    link: row.link_kind
      ? {
          kind: row.link_kind,
          uses: row.uses ?? "once",
          destination: row.destination ?? "/",
          lifetimeSeconds: row.lifetime_seconds ?? 0,
          maker: row.maker ?? undefined,
        }
      : undefined,
    data: row.data,
  };
}
