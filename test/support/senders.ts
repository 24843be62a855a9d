// What jobs need to send from agencies' own domains, in tests: seals under a secret of the test's, and what an operator would set.
import type { SenderSettings } from "../../src/jobs/sender.ts";
import type { PlatformMail } from "../../src/models/sending-records.ts";
import { createKeys } from "../../src/web/keys.ts";

/** The secret under which these tests seal, unless they say otherwise. */
export const SEALING_SECRET = "a secret for tests that is long and random enough 7f3b";

/** The settings as main wires them; `secrets` are newest first. */
export function sendersWith(
  platform: Partial<PlatformMail> = {},
  secrets: readonly string[] = [SEALING_SECRET],
): SenderSettings {
  const keys = createKeys(secrets);
  return {
    platform: { spf: [], bounceDomain: undefined, ...platform },
    seal: (plain, about) => keys.seal("dkim", plain, about),
    open: (sealed, about) => keys.open("dkim", sealed, about),
    unsubscribeKey: keys.newest("unsubscribe"),
  };
}
