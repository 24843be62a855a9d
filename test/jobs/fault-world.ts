// A small world for runs with faults: two agencies with mail to send, a relay that misbehaves as told, and the account that must balance in the end.
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { expect, onTestFinished } from "vitest";
import { queueEmails } from "../../src/models/emails.ts";
import { insertAgency, type TestDatabase } from "../support/database.ts";
import { type Mailing, startMailing } from "./mailing.ts";

/** Random numbers that FAULT_SEED repeats; the seed is printed, so that a run that failed can be run again. */
export function seeded(run: string): () => number {
  const seed = Number(process.env.FAULT_SEED ?? Math.floor(Math.random() * 2 ** 31));
  console.log(`${run}: FAULT_SEED=${seed}`);
  let state = seed;
  // mulberry32
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Where a conversation over SMTP has got to, and what may be done there: an answer such as `451 4.3.0 Later`, nothing at all, or a reset. */
export type Stage = "greeting" | "EHLO" | "AUTH" | "MAIL" | "RCPT" | "DATA" | "dot";
export type Fault = `${4 | 5}${number} ${string}` | "silence" | "reset" | undefined;

/**
 * A relay that asks `fault` at each stage whether to behave; `to` is known from RCPT on. A message counts as taken when its final dot has come,
 * unless it is refused: what is reset or silent after that may well be delivered. `dotMs` is how long it takes to answer that dot.
 */
export async function startRelay(fault: (stage: Stage, to: string) => Fault = () => undefined, dotMs = 0) {
  const taken: string[] = [];
  const waiting = new Set<() => void>();
  const take = (to: string) => {
    taken.push(to);
    for (const look of waiting) look();
  };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
    converse(socket, fault, { take, dotMs });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(
    () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  );
  return {
    taken,
    /** Waits until it has taken `count` in all. */
    async reached(count: number): Promise<void> {
      await new Promise<void>((resolve) => {
        const look = () => {
          if (taken.length < count) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      });
    },
    url: `smtp://user:secret@127.0.0.1:${(server.address() as AddressInfo).port}`,
  };
}

type Taking = { take: (to: string) => void; dotMs: number };

function converse(socket: Socket, fault: (stage: Stage, to: string) => Fault, { take, dotMs }: Taking): void {
  let to = "";
  let inMessage = false;
  let rest = "";
  const answer = (stage: Stage, well: string) => {
    const now = fault(stage, to);
    if (now === "reset") socket.resetAndDestroy();
    else if (now?.startsWith("421")) socket.end(`${now}\r\n`);
    else if (now !== "silence") socket.write(`${now ?? well}\r\n`);
    return now;
  };
  const verbs: Record<string, (line: string) => void> = {
    EHLO: () => void answer("EHLO", "250-relay\r\n250 AUTH PLAIN"),
    HELO: () => void answer("EHLO", "250 relay"),
    AUTH: () => void answer("AUTH", "235 2.7.0 Welcome"),
    MAIL: () => void answer("MAIL", "250 2.1.0 Ok"),
    RCPT: (line) => {
      to = /<(.*)>/.exec(line)?.[1] ?? "";
      answer("RCPT", "250 2.1.5 Ok");
    },
    DATA: () => {
      inMessage = answer("DATA", "354 Go on") === undefined;
    },
    QUIT: () => socket.end("221 2.0.0 Bye\r\n"),
    RSET: () => void socket.write("250 2.0.0 Ok\r\n"),
  };
  const dot = () => {
    const was = answer("dot", "250 2.0.0 Taken");
    if (was === undefined || was === "reset" || was === "silence") take(to);
  };
  answer("greeting", "220 relay ESMTP");
  socket.on("data", (chunk: Buffer) => {
    rest += chunk.toString("latin1");
    for (;;) {
      const end = inMessage ? rest.indexOf("\r\n.\r\n") : rest.indexOf("\r\n");
      if (end < 0) return;
      const line = rest.slice(0, end);
      rest = rest.slice(end + (inMessage ? 5 : 2));
      if (inMessage) {
        inMessage = false;
        // as long as it takes a relay to write a message down
        setTimeout(dot, dotMs);
      } else verbs[line.slice(0, 4).toUpperCase()]?.(line);
    }
  });
}

export type FaultWorld = Awaited<ReturnType<typeof startFaults>>;

/** Two agencies with contacts in every state and `count` e-mails in all, two thirds of them Northwind's. Nothing is sent yet. */
export async function startFaults(count: number, smtpUrl?: string, database?: TestDatabase) {
  const mailing = await startMailing({}, smtpUrl, database);
  const rivermark = await insertAgency(mailing.database, "rivermark", "Rivermark");
  await queueMore(mailing, mailing.agencyId, "northwind", Math.ceil((count * 2) / 3));
  await queueMore(mailing, rivermark, "rivermark", Math.floor(count / 3));
  return {
    ...mailing,
    rivermark,
    count,
    /** Queues as many again for Northwind, to addresses of this name. */
    more: (name: string, n: number) => queueMore(mailing, mailing.agencyId, name, n),
    /** Waits until every e-mail has ended, and lets no job wait for its time. */
    async ended(timeout = 40_000): Promise<void> {
      const open = async () => {
        await mailing.timePasses();
        const { rows } = await mailing.database.owner.query<{ n: number }>(
          "select count(*)::int as n from emails where status in ('queued', 'sending', 'delayed')",
        );
        return rows[0]?.n;
      };
      await expect.poll(open, { timeout, interval: 150 }).toBe(0);
    },
  };
}

async function queueMore(mailing: Mailing, agencyId: string, name: string, count: number): Promise<void> {
  await mailing.database.owner.query(
    `insert into contacts (agency_id, email, invited_at, joined_at)
     select $1, $2 || n || '@acme.example', case when n % 5 > 0 then now() end, case when n % 5 > 3 then now() end
     from generate_series(1, $3::int) n`,
    [agencyId, name, count],
  );
  await mailing.database.store(agencyId).write((db) =>
    queueEmails(db, db.selectFrom("contacts").select("id").where("email", "like", `${name}%`), {
      kind: "login-email",
      lifetimeSeconds: 86_400,
      lane: "bulk",
      markInvited: true,
    }),
  );
}

/** How many e-mails stand at each status. */
export async function statuses({ database }: Pick<FaultWorld, "database">): Promise<Record<string, number>> {
  const { rows } = await database.owner.query<{ status: string; n: number }>(
    "select status, count(*)::int as n from emails group by status",
  );
  return Object.fromEntries(rows.map(({ status, n }) => [status, n]));
}

/**
 * The account after everything: every e-mail that is sent reached the relay, none waits or hangs, no job is left, each is written down
 * once, and the kept counts are those of the rows. Returns how many messages were one too many, and prints it.
 */
export async function account(world: FaultWorld, taken: readonly string[], run: string): Promise<number> {
  const ask = async <T extends object>(text: string) => (await world.database.owner.query<T>(text)).rows;
  const sent = await ask<{ to_email: string }>("select to_email from emails where status = 'sent'");
  const reached = new Set(taken);
  expect(sent.filter(({ to_email }) => !reached.has(to_email))).toEqual([]);
  expect(await ask("select id, status from emails where status in ('queued', 'sending', 'delayed')")).toEqual([]);
  await expect.poll(() => ask("select kind, last_error from jobs where email_id is not null")).toEqual([]);
  expect(
    await ask("select email_id, count(*) from events where kind = 'email.sent' group by email_id having count(*) <> 1"),
  ).toEqual([]);
  const [written] = await ask<{ n: number }>("select count(*)::int as n from events where kind = 'email.sent'");
  expect(written?.n).toBe(sent.length);
  const counted = await ask(`
    select agencies.slug, kept.*, coalesce(rows.not_invited, 0) - kept.not_invited as a, coalesce(rows.invited, 0) - kept.invited as b,
           coalesce(rows.joined, 0) - kept.joined as c, coalesce(rows.revoked, 0) - kept.revoked as d
    from agencies
    join (select agency_id, sum(not_invited)::int as not_invited, sum(invited)::int as invited, sum(joined)::int as joined,
                 sum(revoked)::int as revoked from portal_counts group by agency_id) kept on kept.agency_id = agencies.id
    left join (select agency_id, count(*) filter (where status = 'not-invited')::int as not_invited,
                      count(*) filter (where status = 'invited')::int as invited, count(*) filter (where status = 'joined')::int as joined,
                      count(*) filter (where status = 'revoked')::int as revoked from contacts group by agency_id) rows
      on rows.agency_id = agencies.id
    order by agencies.slug`);
  expect(counted).toHaveLength(2);
  for (const row of counted) expect(row).toMatchObject({ a: 0, b: 0, c: 0, d: 0 });
  const twice = taken.length - reached.size;
  console.log(`${run}: ${sent.length} e-mails sent, 0 lost, ${twice} messages twice.`);
  return twice;
}
