// How a custom domain's state follows from its checks, and when the next check is due: pure, so that weeks can be tried in a second.

export type DomainState = "pending" | "verified" | "active" | "degraded" | "released";

/** The moments that a state is read from. */
export type DomainMoments = {
  created_at: Date;
  verified_at: Date | null;
  active_at: Date | null;
  degraded_at: Date | null;
  released_at: Date | null;
  failing_since: Date | null;
  check_failures: number;
};

/** What one check found out. `proof` is what all resolvers agree on; `unknown` is everything that is no answer. */
export type CheckOutcome = {
  proof: "txt" | "cname" | null;
  /** Whether the name leads to our own marker. */
  reachable: "yes" | "no" | "unknown";
  /** Another agency holds the name, so that a proof cannot count yet. */
  held: boolean;
};

export type DomainChange = "verified" | "activated" | "degraded" | "recovered";

/** What follows from a check. `seconds` is the time until the next one. */
export type Decision = {
  change: DomainChange | null;
  failures: number;
  failingSince: Date | null;
  seconds: number;
};

/** A domain is degraded after this many failed checks in a row (rules.md §3) … */
export const FAILED_CHECKS = 3;
/** … that lie this far apart, in seconds. */
export const FAILING_SECONDS = 30 * 60;

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;

// From the claim, or from the last step: young ones are watched by somebody, old ones wait for nobody.
const growing: readonly { until: number; seconds: number }[] = [
  { until: 2 * MINUTE, seconds: 30 },
  { until: 10 * MINUTE, seconds: MINUTE },
  { until: 30 * MINUTE, seconds: 2 * MINUTE },
  { until: 2 * HOUR, seconds: 5 * MINUTE },
  { until: 12 * HOUR, seconds: 10 * MINUTE },
  { until: 3 * DAY, seconds: HOUR },
  { until: Number.POSITIVE_INFINITY, seconds: DAY },
];

/** The state that a row's moments say. */
export function stateOf(domain: Omit<DomainMoments, "failing_since" | "check_failures" | "created_at">): DomainState {
  if (domain.released_at) return "released";
  if (!domain.verified_at) return "pending";
  if (!domain.active_at) return "verified";
  return domain.degraded_at ? "degraded" : "active";
}

/** Decides what a check's outcome means for a domain. Nothing is proven without proof, and nothing fails by what is no answer. */
export function decide(domain: DomainMoments, outcome: CheckOutcome, now: Date): Decision {
  const kept = { failures: domain.check_failures, failingSince: domain.failing_since };
  const since = (from: Date | null) => (from ? (now.getTime() - from.getTime()) / 1_000 : 0);
  switch (stateOf(domain)) {
    case "released":
      return { change: null, ...kept, seconds: DAY };
    case "pending":
      if (outcome.proof && !outcome.held) return { change: "verified", failures: 0, failingSince: null, seconds: 2 };
      return { change: null, ...kept, seconds: pace(since(domain.created_at)) };
    case "verified":
      if (outcome.reachable === "yes") return { change: "activated", ...fine, seconds: 15 * MINUTE };
      return {
        change: null,
        ...kept,
        seconds: since(domain.verified_at) < MINUTE ? 5 : pace(since(domain.verified_at)),
      };
    case "active":
      return decideActive(domain, outcome, now);
    case "degraded":
      if (outcome.reachable === "yes") return { change: "recovered", ...fine, seconds: 15 * MINUTE };
      return { change: null, ...kept, seconds: Math.min(HOUR, Math.max(5 * MINUTE, pace(since(domain.degraded_at)))) };
  }
}

const fine = { failures: 0, failingSince: null };

function decideActive(domain: DomainMoments, { reachable }: CheckOutcome, now: Date): Decision {
  if (reachable === "yes") return { change: null, ...fine, seconds: 15 * MINUTE };
  if (reachable === "unknown")
    return {
      change: null,
      failures: domain.check_failures,
      failingSince: domain.failing_since,
      seconds: 10 * MINUTE,
    };
  const failures = domain.check_failures + 1;
  const failingSince = domain.failing_since ?? now;
  const lasted = (now.getTime() - failingSince.getTime()) / 1_000;
  if (failures >= FAILED_CHECKS && lasted >= FAILING_SECONDS)
    return { change: "degraded", failures, failingSince, seconds: 5 * MINUTE };
  return { change: null, failures, failingSince, seconds: 10 * MINUTE };
}

/** Seconds until the next check of something that has been waited for since `age` seconds. */
export function pace(age: number): number {
  return growing.find(({ until }) => age < until)?.seconds ?? DAY;
}
