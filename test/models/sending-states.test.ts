// Weeks of good, bad and missing answers: nothing is verified without proof, and nothing is left for what is no answer.
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Finding, RecordFound } from "../../src/models/sending-records.ts";
import { decideSending, LAPSE_SECONDS, type SendingMoments, sendingStateOf } from "../../src/models/sending-states.ts";

const finding = (found: RecordFound): Finding => ({ found, values: [] });
const found = fc.constantFrom<RecordFound>("found", "missing", "wrong", "unknown");
const step = fc.record({ proof: found, dkim: found, held: fc.boolean(), skip: fc.integer({ min: 0, max: 86_400 }) });

test("through any weeks of answers a domain is used only while its key was the last thing seen", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      let now = Date.parse("2026-11-23T09:00:00Z");
      let domain: SendingMoments = { created_at: new Date(now), verified_at: null, degraded_at: null };
      let seen = false;
      for (const { proof, dkim, held, skip } of steps) {
        const before = sendingStateOf(domain);
        const at = new Date(now);
        const { change, seconds } = decideSending(domain, { proof: finding(proof), dkim: finding(dkim) }, held, at);
        if (dkim !== "unknown") seen = dkim === "found";
        if (change === "verified") {
          expect([before, proof, dkim, held]).toEqual(["pending", "found", "found", false]);
          domain = { ...domain, verified_at: at };
        }
        if (change === "degraded") domain = { ...domain, degraded_at: at };
        if (change === "recovered") domain = { ...domain, degraded_at: null };
        if (change === "lapsed") {
          expect(now - (domain.degraded_at?.getTime() ?? now)).toBeGreaterThanOrEqual(LAPSE_SECONDS * 1_000);
          domain = { ...domain, verified_at: null, degraded_at: null };
        }
        const after = sendingStateOf(domain);
        if (after === "verified") expect(seen).toBe(true);
        if (dkim === "unknown") expect(after).toBe(before);
        expect(seconds).toBeGreaterThanOrEqual(30);
        expect(seconds).toBeLessThanOrEqual(86_400);
        now += (seconds + skip) * 1_000;
      }
    }),
    { numRuns: 500 },
  );
});
