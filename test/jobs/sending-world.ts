// An agency with a sending domain, a DNS server to publish its records in, and a real worker that checks and sends.
import { randomUUID } from "node:crypto";
import { onTestFinished } from "vitest";
import type { SenderSettings } from "../../src/jobs/sender.ts";
import { makeDkimKey, sealedFor } from "../../src/models/dkim-keys.ts";
import {
  addSendingDomain,
  getSendingDomain,
  requestSendingCheck,
  type SendingDomain,
} from "../../src/models/sending-domains.ts";
import { type PlatformMail, recordsToSet } from "../../src/models/sending-records.ts";
import { insertAgency } from "../support/database.ts";
import { startDns } from "../support/dns.ts";
import { domainChecksOn } from "../support/domain-checks.ts";
import { sendersWith } from "../support/senders.ts";
import type { SmtpScript } from "../support/smtp.ts";
import { startMailing } from "./mailing.ts";

export const DOMAIN = "northwind.example";

const PLATFORM: PlatformMail = { spf: ["include:_spf.portico.example"], bounceDomain: undefined };

/** The mailing agency with a member, and the verbs of these tests. A worker runs unless `senders` start one later. */
export async function startSendingWorld(
  script: SmtpScript = {},
  { platform = PLATFORM, secrets }: { platform?: PlatformMail; secrets?: readonly string[] } = {},
) {
  const mailing = await startMailing(script);
  const dns = await startDns({ "_spf.portico.example": { TXT: ["v=spf1 ip4:192.0.2.25 -all"] } });
  onTestFinished(() => dns.close());
  const senders = sendersWith(platform, secrets);
  const { rows } = await mailing.database.owner.query(
    "insert into members (email, name, password_hash) values ('nora@northwind.example', 'Nora Wind', 'x') returning id",
  );
  const memberId = (rows[0] as { id: string }).id;
  const { store } = mailing;

  const get = (id: string, agency = store) => agency.read((db) => getSendingDomain(db, id));
  const world = {
    ...mailing,
    dns,
    senders,
    memberId,
    get,
    workWith: (more: Partial<SenderSettings> = {}) =>
      mailing.work({ domainChecks: domainChecksOn([dns.address]), senders: { ...senders, ...more } }),
    /** Claims the domain for an agency, as the settings page does. */
    async add(domain = DOMAIN, agencyId = mailing.agencyId, localPart = "hello"): Promise<string> {
      const id = randomUUID();
      const { publicKey, privateKey } = await makeDkimKey();
      const sealedKey = senders.seal(privateKey, sealedFor(agencyId, id));
      const claim = { id, domain, localPart, publicKey, sealedKey, memberId };
      await mailing.database.store(agencyId).write((db) => addSendingDomain(db, claim));
      return id;
    },
    /** Publishes the records that the page tells to set, but those named. */
    publish(domain: SendingDomain, without: readonly string[] = []) {
      for (const { kind, type, name, value } of recordsToSet(domain, platform))
        dns.set(name, without.includes(kind) ? null : { [type]: [value] });
    },
    /** Has the domain checked and waits for the end of it. */
    async check(id: string, agencyId = mailing.agencyId): Promise<SendingDomain> {
      const agency = mailing.database.store(agencyId);
      await agency.write((db) => requestSendingCheck(db, id));
      for (;;) {
        const domain = await get(id, agency);
        if (!domain.checking) return domain;
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
    /** A domain that is verified. */
    async verified(domain = DOMAIN): Promise<SendingDomain> {
      const id = await world.add(domain);
      world.publish(await get(id));
      return await world.check(id);
    },
    /** Sends one login email and returns it as the receiver gets it. */
    async send(address: string) {
      await mailing.queue(await mailing.invited(address));
      await mailing.sink.received(1, address);
      const message = mailing.sink.messages.find(({ to }) => to.includes(address));
      if (!message) throw new Error("It did not arrive.");
      return message;
    },
    another: (slug: string) => insertAgency(mailing.database, slug, slug),
  };
  return world;
}
