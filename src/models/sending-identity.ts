// Who an agency's mail comes from at this moment: its own domain while that is aligned, or nobody but the platform.
import type { AgencyDb, AgencyReader } from "../db/schema.ts";
import { bounceHost } from "./sending-records.ts";

/** A domain of the agency's own that mail may come from now. `sealedKey` opens for `domainId` alone. */
export type SendingIdentity = {
  domainId: string;
  domain: string;
  address: string;
  selector: string;
  sealedKey: Buffer;
  /** The envelope's sender where SPF lets one of this domain pass; undefined is the platform's own. */
  envelopeFrom: string | undefined;
};

/** The columns that an identity is made of. */
export const activeColumns = [
  "sending_domains.id as domain_id",
  "sending_domains.domain",
  "sending_domains.local_part",
  "sending_domains.selector",
  "sending_domains.private_key",
  "sending_domains.spf_found_at",
  "sending_domains.bounce_found_at",
] as const;

/** An identity from its row. */
export function toIdentity(row: {
  domain_id: string;
  domain: string;
  local_part: string;
  selector: string;
  private_key: Buffer;
  spf_found_at: Date | null;
  bounce_found_at: Date | null;
}): SendingIdentity {
  const address = `${row.local_part}@${row.domain}`;
  // A sender in the envelope that SPF would refuse is worse than one that is not aligned: DKIM aligns the message alone.
  const own = row.spf_found_at ? address : undefined;
  return {
    domainId: row.domain_id,
    domain: row.domain,
    address,
    selector: row.selector,
    sealedKey: row.private_key,
    envelopeFrom: row.bounce_found_at ? `bounces@${bounceHost(row.domain)}` : own,
  };
}

/** The sender that the agency chose, while its domain is verified and its key stands in DNS; undefined otherwise. */
export async function findSendingIdentity(db: AgencyReader | AgencyDb): Promise<SendingIdentity | undefined> {
  const row = await db
    .selectFrom("sending_domains")
    .select(activeColumns)
    .where("selected_at", "is not", null)
    .where("verified_at", "is not", null)
    .where("degraded_at", "is", null)
    .executeTakeFirst();
  return row && toIdentity(row);
}
