// How a worker paces itself: how far it claims ahead, when it leaves a relay alone, how long a job waits for its next attempt.
import { describe, expect, test } from "vitest";
import { createAhead } from "../../src/jobs/ahead.ts";
import { retryDelay } from "../../src/jobs/delays.ts";
import { createRelay } from "../../src/jobs/relay.ts";
import type { Outcome } from "../../src/mail/answers.ts";

const AWAY: Outcome = {
  kind: "retry",
  scope: "relay",
  inDoubt: false,
  reason: "The mail relay is away.",
  code: null,
  response: null,
};
const GREYLISTED: Outcome = { ...AWAY, scope: "recipient" };

function clock() {
  let time = 0;
  return { now: () => time, pass: (ms: number) => void (time += ms) };
}

describe("claiming ahead", () => {
  test("grows while claims come quickly, stays bounded, and shrinks when jobs are slow or few", () => {
    const { now, pass } = clock();
    const ahead = createAhead(now);
    expect(ahead.size()).toBe(0);
    for (let n = 0; n < 20; n++) {
      pass(5);
      ahead.claimed(3, 3);
    }
    const most = ahead.size();
    expect(most).toBeGreaterThan(100);
    expect(most).toBeLessThanOrEqual(500);
    pass(1_000);
    ahead.claimed(3, 3);
    expect(ahead.size()).toBeLessThan(most);
    pass(5);
    ahead.claimed(0, 3);
    expect(ahead.size()).toBeLessThan(most / 2);
    ahead.reset();
    expect(ahead.size()).toBe(0);
  });
});

describe("a relay", () => {
  const attempt = (relay: ReturnType<typeof createRelay>, outcome?: Outcome) => {
    const ticket = relay.admit();
    if ("wait" in ticket) return ticket;
    ticket.end(outcome);
    return undefined;
  };

  test("is left alone after two failures in a row, then asked by one e-mail at a time", () => {
    const { now, pass } = clock();
    const relay = createRelay(now);
    attempt(relay, AWAY);
    attempt(relay, AWAY);
    expect(attempt(relay)).toMatchObject({ reason: "The mail relay is away." });
    pass(60_000);
    const probe = relay.admit();
    expect("wait" in probe).toBe(false);
    expect(relay.admit()).toHaveProperty("wait");
    if ("end" in probe) probe.end({ kind: "accepted", response: "" });
    expect(attempt(relay)).toBeUndefined();
  });

  test("that answers for one recipient is not away", () => {
    const relay = createRelay(clock().now);
    for (let n = 0; n < 5; n++) expect(attempt(relay, GREYLISTED)).toBeUndefined();
  });

  test("is left alone for longer each time, up to a minute, and a probe that never happened frees its turn", () => {
    const { now, pass } = clock();
    const relay = createRelay(now);
    const waits: number[] = [];
    for (let n = 0; n < 12; n++) {
      attempt(relay, AWAY);
      const refused = attempt(relay);
      if (refused) waits.push(refused.wait);
      pass(120_000);
    }
    expect(waits.at(-1)).toBe(60);
    expect(waits).toEqual(waits.toSorted((a, b) => a - b));
    attempt(relay, undefined);
    expect("wait" in relay.admit()).toBe(false);
  });
});

test("delays double, end somewhere and differ from each other", () => {
  const delays = Array.from({ length: 8 }, (_, spent) => retryDelay(spent, { first: 10, longest: 300 }));
  expect(delays[0]).toBeGreaterThanOrEqual(7.5);
  expect(delays[0]).toBeLessThanOrEqual(12.5);
  expect(Math.max(...delays)).toBeLessThanOrEqual(375);
  expect(delays[4]).toBeGreaterThan((delays[0] ?? 0) * 8);
  expect(new Set(Array.from({ length: 20 }, () => retryDelay(3, { first: 10, longest: 300 }))).size).toBeGreaterThan(
    15,
  );
});
