// Hands finished messages to the relay over SMTP, or keeps them in the outbox when there is none.

import { parseConnectionUrl } from "nodemailer/lib/shared";
import { type Outcome, outcomeOf, redacted, type SendError } from "./answers.ts";
import type { ComposedMessage } from "./compose.ts";
import { keepInOutbox } from "./outbox.ts";
import { createRelayConnections } from "./relay-connections.ts";
import { NotTaken } from "./relay-line.ts";

/** Milliseconds. `command` is the time for everything between the greeting and the message, `finalDot` for the answer after it. */
export interface MailerTimeouts {
  connect: number;
  greeting: number;
  command: number;
  finalDot: number;
}

export interface MailerConfig {
  /** `smtp[s]://user:pass@host:port`; without it messages go to the outbox. */
  smtpUrl?: string | null;
  /** Folder of the outbox; made when first needed. */
  outboxDir: string;
  /** Connections kept to the relay, and so sends at once; more wait. Default 5. */
  maxConnections?: number;
  /** Those of rules.md §6 unless given. */
  timeouts?: Partial<MailerTimeouts>;
}

export interface Mailer {
  /** How many messages it sends at once; more wait. */
  readonly connections: number;
  /** Sends one message. Never rejects for what a server or network does: that is an outcome. */
  send(message: ComposedMessage): Promise<Outcome>;
  /** Lets sends in flight finish, then closes every connection. */
  close(): Promise<void>;
}

const TIMEOUTS: MailerTimeouts = { connect: 30_000, greeting: 30_000, command: 60_000, finalDot: 600_000 };

// Files are written one after the other anyway; this many may wait for their turn.
const OUTBOX_WRITES = 10;

function outboxMailer(dir: string): Mailer {
  return {
    connections: OUTBOX_WRITES,
    async send(message) {
      const id = await keepInOutbox(dir, message);
      return { kind: "accepted", response: `Kept in the outbox as ${id}` };
    },
    async close() {},
  };
}

// A password goes over an open line only to this very machine. The operator can say otherwise in the URL (?requireTLS=false).
function needsTls(smtpUrl: string): boolean {
  const { username, hostname } = new URL(smtpUrl);
  return username !== "" && !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}

/** A mailer for `config`. Sending is lazy: nothing connects before the first message. */
export function createMailer(config: MailerConfig): Mailer {
  return config.smtpUrl ? smtpMailer(config.smtpUrl, config) : outboxMailer(config.outboxDir);
}

function smtpMailer(smtpUrl: string, config: MailerConfig): Mailer {
  const { connect, greeting, command, finalDot } = { ...TIMEOUTS, ...config.timeouts };
  const maxConnections = config.maxConnections ?? 5;
  const { auth, authMethod, ...url } = parseConnectionUrl(smtpUrl);
  const options = {
    ...(needsTls(smtpUrl) ? { requireTLS: true } : {}),
    connectionTimeout: connect,
    greetingTimeout: greeting,
    // the longest silence of all; until the relay asks for the message a shorter one is watched
    socketTimeout: finalDot,
    ...url,
    ...(auth ? { auth: { ...auth, ...(typeof authMethod === "string" ? { method: authMethod } : {}) } } : {}),
  };
  const relay = createRelayConnections(options, maxConnections);
  async function attempt(message: ComposedMessage): Promise<Outcome> {
    try {
      const response = await relay.send(message, connect + greeting + command);
      return { kind: "accepted", response: redacted(response) };
    } catch (error) {
      if (error instanceof NotTaken) return outcomeOf(error.cause, error.handedOver);
      return outcomeOf(error as SendError);
    }
  }

  const inFlight = new Set<Promise<Outcome>>();
  return {
    connections: maxConnections,
    send(message) {
      const sending = attempt(message);
      inFlight.add(sending);
      return sending.finally(() => inFlight.delete(sending));
    },
    async close() {
      await Promise.allSettled(inFlight);
      relay.close();
    },
  };
}
