// Hands finished messages to the relay over SMTP, or keeps them in the outbox when there is none.

import type { Outcome } from "./answers.ts";
import type { ComposedMessage } from "./compose.ts";

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
  /** Connections kept to the relay; as many as there are sends at once. Default 5. */
  maxConnections?: number;
  /** Milliseconds; rules.md §6 unless given. */
  timeouts?: Partial<MailerTimeouts>;
}

export interface Mailer {
  /** Sends one message. Never rejects for what a server or network does: that is an outcome. */
  send(message: ComposedMessage): Promise<Outcome>;
  /** Lets sends in flight finish, then closes every connection. */
  close(): Promise<void>;
}
