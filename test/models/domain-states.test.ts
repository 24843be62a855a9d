// The states of a domain, tried with weeks of flapping DNS in a moment: no proof, no state; no answer, no failure.
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type CheckOutcome,
  type DomainMoments,
  decide,
  FAILED_CHECKS,
  FAILING_SECONDS,
  stateOf,
} from "../../src/models/domain-states.ts";

const start = new Date("2026-11-01T00:00:00Z");
const claim = (): DomainMoments => ({
  created_at: start,
  verified_at: null,
  active_at: null,
  degraded_at: null,
  released_at: null,
  failing_since: null,
  check_failures: 0,
});

/** Applies a decision as the database does. */
function apply(domain: DomainMoments, outcome: CheckOutcome, now: Date) {
  const decision = decide(domain, outcome, now);
  const { change, failures, failingSince } = decision;
  return {
    decision,
    domain: {
      ...domain,
      check_failures: failures,
      failing_since: failingSince,
      verified_at: change === "verified" ? now : domain.verified_at,
      active_at: change === "activated" ? now : domain.active_at,
      degraded_at: change === "degraded" ? now : change === "recovered" ? null : domain.degraded_at,
    },
  };
}

const good: CheckOutcome = { proof: "cname", reachable: "yes", held: false };
const failing: CheckOutcome = { proof: null, reachable: "no", held: false };
const silent: CheckOutcome = { proof: null, reachable: "unknown", held: false };
const after = (at: Date, seconds: number) => new Date(at.getTime() + seconds * 1_000);

function activeDomain() {
  const verified = apply(claim(), good, start).domain;
  return apply(verified, good, after(start, 2)).domain;
}

test("goes from pending over verified to active, one step a check", () => {
  const verified = apply(claim(), good, start);
  expect([verified.decision.change, stateOf(verified.domain)]).toEqual(["verified", "verified"]);
  const active = apply(verified.domain, good, after(start, verified.decision.seconds));
  expect([active.decision.change, stateOf(active.domain)]).toEqual(["activated", "active"]);
});

test("a proof does not count while somebody else holds the name, nor does an answer without a proof", () => {
  expect(decide(claim(), { ...good, held: true }, start).change).toBeNull();
  expect(decide(claim(), { ...good, proof: null }, start).change).toBeNull();
});

test("three failed checks degrade only when they lie half an hour apart; pressing the button often does not", () => {
  let domain = activeDomain();
  let at = after(start, 3_600);
  for (let i = 0; i < 20; i++) {
    domain = apply(domain, failing, at).domain;
    at = after(at, 60);
  }
  expect([stateOf(domain), domain.check_failures]).toEqual(["active", 20]);
  domain = apply(domain, failing, after(start, 3_600 + FAILING_SECONDS)).domain;
  expect(stateOf(domain)).toBe("degraded");
  const back = apply(domain, good, after(at, 3_600));
  expect([back.decision.change, stateOf(back.domain), back.domain.check_failures]).toEqual(["recovered", "active", 0]);
});

test("one good answer between failures begins the count anew; what is no answer leaves it as it is", () => {
  let domain = activeDomain();
  const steps: [CheckOutcome, number][] = [
    [failing, 0],
    [failing, 600],
    [silent, 1_200],
    [good, 1_800],
    [failing, 2_400],
    [silent, 3_000],
    [silent, 9_000],
  ];
  for (const [outcome, seconds] of steps) domain = apply(domain, outcome, after(start, 3_600 + seconds)).domain;
  expect([stateOf(domain), domain.check_failures]).toEqual(["active", 1]);
});

test("checks of a claim grow apart: half a minute at first, hourly up to three days, then daily", () => {
  const gap = (age: number) => decide(claim(), failing, after(start, age)).seconds;
  expect([0, 60, 300, 1_200, 3_600, 20_000, 86_400, 4 * 86_400].map(gap)).toEqual([
    30, 30, 60, 120, 300, 600, 3_600, 86_400,
  ]);
  expect(decide(activeDomain(), good, after(start, 9_999)).seconds).toBe(900);
});

test("200 domains through four weeks of flapping DNS: nothing verified without proof, nothing disabled by an error", () => {
  const outcome = fc.record({
    proof: fc.constantFrom("txt" as const, "cname" as const, null, null),
    reachable: fc.constantFrom("yes" as const, "no" as const, "no" as const, "unknown" as const),
    held: fc.boolean(),
  });
  const seeds = fc.sample(fc.tuple(fc.array(outcome, { minLength: 40, maxLength: 60 }), fc.boolean()), {
    numRuns: 200,
    seed: 7,
  });
  const broken: string[] = [];
  let changes = 0;
  for (const [outcomes, bursts] of seeds) {
    let domain = claim();
    let at = start;
    let run: Date[] = [];
    for (let i = 0; at < after(start, 28 * 86_400); i++) {
      // in bursts the same weather holds for a while, so that failures can add up
      const found = outcomes[Math.floor(i / (bursts ? 5 : 1)) % outcomes.length] ?? silent;
      const before = stateOf(domain);
      const { decision, domain: next } = apply(domain, found, at);
      const now = stateOf(next);
      if (found.reachable === "no") run.push(at);
      if (found.reachable === "yes") run = [];
      const wrong = (what: string, is: boolean) => is && broken.push(`${what} at check ${i}`);
      wrong("verified without proof", before === "pending" && now !== "pending" && (!found.proof || found.held));
      wrong("changed by what is no answer", found.reachable === "unknown" && before !== "pending" && now !== before);
      wrong("lost its proof", before !== "pending" && now === "pending");
      if (before !== "degraded" && now === "degraded") {
        const [first = at] = run;
        wrong("degraded without a failure", found.reachable !== "no");
        wrong("degraded too early", run.length < FAILED_CHECKS);
        wrong("degraded too fast", at.getTime() - first.getTime() < FAILING_SECONDS * 1_000);
      }
      if (decision.change) changes++;
      domain = next;
      at = after(at, decision.seconds);
    }
  }
  expect(broken).toEqual([]);
  expect(changes).toBeGreaterThan(400);
});
