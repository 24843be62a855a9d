// How a sending domain's state follows from its checks, and when the next check is due: pure.
import { pace } from "./domain-states.ts";
import type { Findings } from "./sending-records.ts";

export type SendingState = "pending" | "verified" | "degraded";

/** The moments that a state is read from. */
export type SendingMoments = { created_at: Date; verified_at: Date | null; degraded_at: Date | null };

export type SendingChange = "verified" | "degraded" | "recovered" | "lapsed";

const MINUTE = 60;
const HOUR = 3_600;
/** A domain whose key stays away so long is free again for whoever proves it, in seconds. */
export const LAPSE_SECONDS = 7 * 24 * HOUR;

/** The state that a row's moments say. */
export function sendingStateOf({ verified_at, degraded_at }: Omit<SendingMoments, "created_at">): SendingState {
  if (!verified_at) return "pending";
  return degraded_at ? "degraded" : "verified";
}

/**
 * Decides what a check means. Only answers count: nothing changes by what could not be found out. `held` says that another agency
 * has proven the domain.
 */
export function decideSending(
  domain: SendingMoments,
  { proof, dkim }: Findings,
  held: boolean,
  now: Date,
): { change: SendingChange | null; seconds: number } {
  const age = (from: Date | null) => (from ? (now.getTime() - from.getTime()) / 1_000 : 0);
  const signs = dkim?.found === "found";
  const gone = dkim?.found === "missing" || dkim?.found === "wrong";
  switch (sendingStateOf(domain)) {
    case "pending":
      if (signs && proof?.found === "found" && !held) return { change: "verified", seconds: 15 * MINUTE };
      return { change: null, seconds: pace(age(domain.created_at)) };
    case "verified":
      // At once, and without asking twice: mail that claims a domain whose key is gone is refused; from our own address it arrives.
      if (gone) return { change: "degraded", seconds: MINUTE };
      return { change: null, seconds: signs ? 15 * MINUTE : 5 * MINUTE };
    case "degraded":
      if (signs) return { change: "recovered", seconds: 15 * MINUTE };
      if (gone && age(domain.degraded_at) >= LAPSE_SECONDS) return { change: "lapsed", seconds: 24 * HOUR };
      return { change: null, seconds: Math.min(HOUR, Math.max(MINUTE, pace(age(domain.degraded_at)))) };
  }
}
