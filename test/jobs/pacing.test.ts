// How a worker paces itself: how far it claims ahead, when it leaves a relay alone, how long a job waits for its next attempt.
import { describe, expect, onTestFinished, test } from "vitest";
import { createAgencyPace } from "../../src/jobs/agency-pace.ts";
import { createAhead } from "../../src/jobs/ahead.ts";
import { createAppetite, followLag } from "../../src/jobs/appetite.ts";
import { retryDelay } from "../../src/jobs/delays.ts";
import { createPace, type PaceState } from "../../src/jobs/pace.ts";
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
  test("holds as many as ran in the last tenth of a second, never too many, and none when jobs are slow", () => {
    const { now, pass } = clock();
    const ahead = createAhead(now);
    expect(ahead.size()).toBe(0);
    const run = (jobs: number, ms: number) => {
      for (let n = 0; n < jobs; n++) {
        pass(ms);
        ahead.ran();
      }
    };
    // 300 mails a second
    run(300, 3.3);
    expect(ahead.size()).toBeGreaterThan(25);
    expect(ahead.size()).toBeLessThan(35);
    run(100_000, 0.02);
    expect(ahead.size()).toBe(1_000);
    run(3, 1_000);
    expect(ahead.size()).toBeLessThanOrEqual(1);
    run(100, 1);
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
    const relay = createRelay({ now });
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
    const relay = createRelay({ now: clock().now });
    for (let n = 0; n < 5; n++) expect(attempt(relay, GREYLISTED)).toBeUndefined();
  });

  test("is left alone for longer each time, up to a minute, and a probe that never happened frees its turn", () => {
    const { now, pass } = clock();
    const relay = createRelay({ now });
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

const BUSY: Outcome = { ...AWAY, reason: "Try later.", code: "421 4.7.0" };
const TAKEN: Outcome = { kind: "accepted", response: "250 ok" };

describe("a relay that answers that it is too much", () => {
  /** A relay that takes `most` at once and says 421 to the others, and what it was asked. */
  function busy(most: number) {
    const { now, pass } = clock();
    const states: PaceState[] = [];
    const relay = createRelay({ now, maxAtOnce: 16, onChange: (state) => void states.push(state) });
    /** As many as have a turn try at the same moment. */
    async function round(): Promise<{ tried: number; refused: number }> {
      const turns: (() => void)[] = [];
      const leaving = new AbortController();
      const asked = Array.from({ length: 16 }, () =>
        relay.turn("bulk", leaving.signal).then(
          (end) => void turns.push(end),
          () => undefined,
        ),
      );
      await new Promise((resolve) => setImmediate(resolve));
      leaving.abort();
      await Promise.all(asked);
      const tickets = turns.map(() => relay.admit());
      pass(10);
      for (const [n, ticket] of tickets.entries()) if ("end" in ticket) ticket.end(n < most ? TAKEN : BUSY);
      for (const end of turns) end();
      // long enough that the rate says nothing
      pass(20_000);
      return { tried: turns.length, refused: Math.max(0, turns.length - most) };
    }
    return { relay, states, round, pass };
  }

  test("gets half as much at once after each refusal and one more after each round that it takes", async () => {
    const { round, states } = busy(6);
    expect(await round()).toEqual({ tried: 16, refused: 10 });
    expect(states.at(-1)).toMatchObject({ atOnce: 8, slowed: true });
    expect(await round()).toMatchObject({ tried: 8 });
    expect(states.at(-1)?.atOnce).toBeLessThanOrEqual(5);
    const tried: number[] = [];
    for (let n = 0; n < 12; n++) tried.push((await round()).tried);
    // the saw of a pace that looks for the limit: never far above it, and never stuck at the bottom
    expect(Math.max(...tried)).toBeLessThanOrEqual(7);
    expect(tried.reduce((sum, n) => sum + n) / tried.length).toBeGreaterThan(3);
  });

  test("gets half as many a second as it took, where it was busy for a while", async () => {
    const { now, pass } = clock();
    const pace = createPace({ maxAtOnce: 5, now });
    for (let n = 0; n < 100; n++) {
      (await pace.turn("bulk"))();
      pace.taken();
      pass(50);
    }
    pace.refused(now());
    // it took 20 a second
    expect(pace.state().perSecond).toBeGreaterThan(8);
    expect(pace.state().perSecond).toBeLessThan(12);
    const slow = pace.state().perSecond;
    for (let n = 0; n < 10; n++) pace.taken();
    expect(pace.state().perSecond).toBeGreaterThan(slow + 1);
  });

  test("is asked by one at a time when the least is too much, and left alone after that", async () => {
    const { relay, pass, states } = busy(0);
    let tried = 0;
    for (let ticket = relay.admit(); "end" in ticket; ticket = relay.admit()) {
      tried += 1;
      pass(10);
      ticket.end(BUSY);
    }
    expect(states.at(-1)?.atOnce).toBe(1);
    expect(tried).toBeLessThan(8);
    expect(relay.admit()).toMatchObject({ reason: "Try later." });
  });

  test("gets everything again once it has taken what it once took, and at the latest after five quiet minutes", async () => {
    const { round, states, relay, pass } = busy(4);
    await round();
    expect(states.at(-1)?.slowed).toBe(true);
    pass(301_000);
    (await relay.turn("bulk"))();
    expect(states.at(-1)).toEqual({ atOnce: 16, perSecond: Number.POSITIVE_INFINITY, slowed: false });
  });

  test("lets interactive mail go before bulk that has waited longer", async () => {
    const { now } = clock();
    const pace = createPace({ maxAtOnce: 1, now });
    const order: string[] = [];
    const first = await pace.turn("bulk");
    const later = (["bulk", "interactive"] as const).map(async (lane) => {
      const end = await pace.turn(lane);
      order.push(lane);
      end();
    });
    first();
    await Promise.all(later);
    expect(order).toEqual(["interactive", "bulk"]);
  });
});

describe("an agency that may send so many a minute", () => {
  const bulk = (n: number, agencyId = "northwind") => ({ agencyId, jobId: `${agencyId}-${n}`, lane: "bulk" });

  test("gets times for the rest, one after the other, and another agency none of them", () => {
    const { now, pass } = clock();
    pass(60_000);
    const pace = createAgencyPace(60, now);
    const waits = Array.from({ length: 100 }, (_, n) => pace.wait(bulk(n)));
    expect(waits.filter((seconds) => seconds === 0)).toHaveLength(11);
    expect(waits.slice(11)).toEqual(Array.from({ length: 89 }, (_, n) => n + 1));
    expect(pace.wait(bulk(0, "rivermark"))).toBe(0);
    expect(pace.wait({ ...bulk(500), lane: "interactive" })).toBe(0);
  });

  test("keeps the time it gave: the job runs then and not before", () => {
    const { now, pass } = clock();
    pass(60_000);
    const pace = createAgencyPace(60, now);
    for (let n = 0; n < 30; n++) pace.wait(bulk(n));
    expect(pace.wait(bulk(29))).toBe(19);
    pass(18_500);
    expect(pace.wait(bulk(29))).toBe(0);
  });

  test("has no limit unless one is set", () => {
    const pace = createAgencyPace();
    for (let n = 0; n < 1_000; n++) expect(pace.wait(bulk(n))).toBe(0);
  });
});

describe("bulk beside web requests", () => {
  test("takes half as many slots at each lag of the event loop, one at least, and one more while there is none", () => {
    const appetite = followLag(13);
    appetite.seen(1);
    expect(appetite.bulk()).toBe(13);
    const lagging = Array.from({ length: 5 }, () => {
      appetite.seen(40);
      return appetite.bulk();
    });
    expect(lagging).toEqual([6, 3, 1, 1, 1]);
    for (let n = 0; n < 4; n++) appetite.seen(2);
    expect(appetite.bulk()).toBe(5);
  });

  test("sees a loop that is kept busy, and a loop that is free again", async () => {
    const appetite = createAppetite(8);
    onTestFinished(() => appetite.stop());
    const busy = setInterval(() => {
      for (const until = performance.now() + 60; performance.now() < until; );
    }, 1);
    await expect.poll(() => appetite.bulk()).toBe(1);
    clearInterval(busy);
    await expect.poll(() => appetite.bulk()).toBeGreaterThan(2);
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
