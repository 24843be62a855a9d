// Runs with faults of the relay: 4xx at each stage of the conversation, refusals for a tenth, a sign-in that is refused, silence, and resets after the final dot.
import { expect, onTestFinished, test } from "vitest";
import { createMailer, type MailerTimeouts } from "../../src/mail/mailer.ts";
import { resumeSending } from "../../src/models/sending-pauses.ts";
import { account, type Fault, type Stage, seeded, startFaults, startRelay, statuses } from "./fault-world.ts";

const SLOW = 90_000;
const CONNECTIONS = 5;
const SILENCES = 3;

/** A worker of this process that loses patience soon. */
function work(world: Awaited<ReturnType<typeof startFaults>>, smtpUrl: string, timeouts: Partial<MailerTimeouts> = {}) {
  const mailer = createMailer({ smtpUrl, outboxDir: "", maxConnections: CONNECTIONS, timeouts });
  onTestFinished(() => mailer.close());
  return world.work({ mailer });
}

const LATER = {
  greeting: "421 4.3.2 Come back later",
  EHLO: "421 4.3.2 Come back later",
  AUTH: "454 4.7.0 Temporary authentication failure",
  MAIL: "451 4.3.0 Later",
  RCPT: "450 4.2.1 Mailbox busy",
  DATA: "451 4.3.0 Later",
  dot: "452 4.3.1 No room now",
} as const satisfies Record<Stage, Fault>;

test(
  "4xx at any stage delays and loses nothing, doubles nothing, and slows the relay's mail down",
  async () => {
    let now: Stage | undefined;
    let left = 0;
    const met: Record<string, number> = {};
    const relay = await startRelay((stage) => {
      if (stage !== now || left < 1) return undefined;
      left -= 1;
      met[stage] = (met[stage] ?? 0) + 1;
      return LATER[stage];
    });
    const world = await startFaults(30, relay.url);
    work(world, relay.url);
    for (const stage of Object.keys(LATER) as Stage[]) {
      await world.more(`${stage.toLowerCase()}-`, 5);
      [now, left] = [stage, 2];
      await world.ended();
    }
    expect(met).toMatchObject({ MAIL: 2, RCPT: 2, DATA: 2, dot: 2 });
    expect(await statuses(world)).toEqual({ sent: 65 });
    expect(await account(world, relay.taken, "4xx at each stage")).toBe(0);
    expect(world.logged.join("")).toContain("The mail relay asks for less");
  },
  SLOW,
);

test(
  "550 for a tenth bounces that tenth, suppresses its addresses and nobody else's",
  async () => {
    const relay = await startRelay((stage, to) =>
      stage === "RCPT" && /0@/.test(to) ? "550 5.1.1 No such user" : undefined,
    );
    const world = await startFaults(300, relay.url);
    work(world, relay.url);
    await world.ended();
    expect(await statuses(world)).toEqual({ sent: 270, bounced: 30 });
    const { rows } = await world.database.owner.query(
      "select count(*)::int as n, bool_and(email like '%0@acme.example') as theirs from suppressions",
    );
    expect(rows).toEqual([{ n: 30, theirs: true }]);
    expect(await account(world, relay.taken, "550 for a tenth")).toBe(0);
  },
  SLOW,
);

test(
  "a sign-in that is refused pauses sending, spends no attempt and suppresses nobody; all of it goes out once it is accepted",
  async () => {
    let refusing = true;
    const relay = await startRelay((stage) =>
      stage === "AUTH" && refusing ? "535 5.7.8 Authentication credentials invalid" : undefined,
    );
    const world = await startFaults(60, relay.url);
    work(world, relay.url);
    await expect
      .poll(() => statuses(world), { timeout: 20_000 })
      .toSatisfy((counts: Record<string, number>) => counts.delayed === 60);
    const { rows } = await world.database.owner.query(
      "select (select max(attempts) from emails) as attempts, (select count(*)::int from suppressions) as suppressed, (select count(sending_paused_at)::int from agencies) as paused",
    );
    expect(rows).toEqual([{ attempts: 0, suppressed: 0, paused: 2 }]);
    expect(relay.taken).toEqual([]);
    refusing = false;
    for (const id of [world.agencyId, world.rivermark]) await world.database.store(id).write((db) => resumeSending(db));
    await world.ended();
    expect(await statuses(world)).toEqual({ sent: 60 });
    expect(await account(world, relay.taken, "535 for all")).toBe(0);
  },
  SLOW,
);

test(
  "a relay that says nothing makes mail wait, and doubles at most what had been handed over to it",
  async () => {
    let now: Stage | undefined;
    let left = 0;
    const relay = await startRelay((stage) => {
      if (stage !== now || left < 1) return undefined;
      left -= 1;
      return "silence";
    });
    const world = await startFaults(15, relay.url);
    work(world, relay.url, { connect: 300, greeting: 300, command: 300, finalDot: 700 });
    for (const stage of ["greeting", "RCPT", "dot"] as const) {
      await world.more(`${stage.toLowerCase()}-`, 15);
      // as many as bulk has connections; each silence more would double the pause before the relay is asked again
      [now, left] = [stage, SILENCES];
      await world.ended();
    }
    expect(left).toBe(0);
    expect(await statuses(world)).toEqual({ sent: 60 });
    expect(await account(world, relay.taken, "silence")).toBeLessThanOrEqual(SILENCES);
  },
  SLOW,
);

test(
  "resets after the final dot double at most the messages that they left in doubt",
  async () => {
    const random = seeded("resets after the final dot");
    let resets = 0;
    const relay = await startRelay((stage) => {
      if (stage !== "dot" || random() > 0.1) return undefined;
      resets += 1;
      return "reset";
    });
    const world = await startFaults(150, relay.url);
    work(world, relay.url);
    await world.ended();
    expect(await statuses(world)).toEqual({ sent: 150 });
    const twice = await account(world, relay.taken, `resets after the final dot (${resets})`);
    expect(resets).toBeGreaterThan(0);
    expect(twice).toBe(resets);
  },
  SLOW,
);
