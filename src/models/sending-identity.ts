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
  /** SPF of the domain lets our servers send, so the address may stand in the envelope too. */
  spf: boolean;
  /** The host below the domain where bounces come in, when it leads to the platform's bounce domain. */
  bounceHost: string | undefined;
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
  return {
    domainId: row.domain_id,
    domain: row.domain,
    address: `${row.local_part}@${row.domain}`,
    selector: row.selector,
    sealedKey: row.private_key,
    spf: row.spf_found_at !== null,
    bounceHost: row.bounce_found_at ? bounceHost(row.domain) : undefined,
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
