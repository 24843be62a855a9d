// A receiver of mail: judges messages as mailauth does, by what the test's DNS server says.
import { Resolver } from "node:dns/promises";
import { authenticate } from "mailauth";

/** One message as it came in. */
export type Incoming = { raw: Buffer; from: string };

/** What a receiver makes of a message: the word of each check, and what the signature was for. `ip` is where it came from. */
export async function judgeAsReceiver(dnsServer: string, { raw, from }: Incoming, ip = "192.0.2.25") {
  const dns = new Resolver({ timeout: 5_000, tries: 3 });
  dns.setServers([dnsServer]);
  const result = await authenticate(raw, {
    ip,
    helo: "relay.portico.example",
    sender: from,
    mta: "mx.receiver.example",
    resolver: (name: string, type: string) => dns.resolve(name, type as "TXT"),
    disableArc: true,
    disableBimi: true,
  });
  const signature = result.dkim.results[0];
  return {
    dkim: signature?.status.result ?? "none",
    aligned: signature?.status.aligned,
    signedBy: signature?.signingDomain,
    fields: signature?.signingHeaders?.keys,
    canonical: signature?.format,
    spf: result.spf ? result.spf.status.result : "none",
    dmarc: result.dmarc ? result.dmarc.status.result : "none",
  };
}
