// What domain checks need in tests: the resolvers of the test's own DNS servers and a marker that a test can serve.

import { createResolvers } from "../../src/dns/resolvers.ts";
import type { DomainChecks } from "../../src/jobs/check-domain.ts";

/** The marker that these checks expect of a host. */
export const markerOf = (host: string) => `marker-of-${host}`;

/** Checks that ask these DNS servers and knock at these ports of whatever address they find. */
export function domainChecksOn(
  dnsServers: readonly string[],
  { httpPort = 1, httpsPort = 1, timeoutMs = 150 } = {},
): DomainChecks {
  return {
    resolvers: createResolvers(dnsServers, { timeoutMs }),
    probe: {
      httpsPort,
      httpPort,
      privateAddresses: true,
      isMarker: (host, text) => text === markerOf(host),
      timeoutMs: 2_000,
    },
  };
}

/** For workers whose tests have no domains. */
export const noDomainChecks: DomainChecks = {
  resolvers: [],
  probe: { httpsPort: 443, httpPort: 80, privateAddresses: false, isMarker: () => false },
};
