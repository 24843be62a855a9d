// Connections to the relay: each carries one message at a time, is kept for the next, and is given up when it has been idle or has failed.
import { Readable, Transform } from "node:stream";
import SMTPConnection, { type SMTPConnectionOptions } from "nodemailer/lib/smtp-connection";
import type { SendError } from "./answers.ts";
import type { ComposedMessage } from "./compose.ts";

/** How to reach the relay; `auth` where it wants to know who we are. */
export type RelayOptions = SMTPConnectionOptions & {
  auth?: { user: string; pass: string; method?: string } | undefined;
};

/** Why a message did not go out. `handedOver`: every byte of it had been, so a lost connection leaves its delivery in doubt. */
export class NotTaken extends Error {
  override name = "NotTaken";
  readonly handedOver: boolean;
  override readonly cause: SendError;
  constructor(cause: SendError, handedOver: boolean) {
    super("The relay did not take the message.");
    this.cause = cause;
    this.handedOver = handedOver;
  }
}

export type RelayConnections = {
  /** Hands one message over and returns the relay's answer. `patience` is how long, in milliseconds, it may take to be asked for the message. Throws NotTaken. */
  send(message: ComposedMessage, patience: number): Promise<string>;
  /** Closes them all; none may be carrying a message. */
  close(): void;
};

// RFC 5321 4.5.3.2 has servers wait five minutes; we leave before they do.
const IDLE_MS = 4 * 60_000;
const LOST = new Set(["ECONNECTION", "ESOCKET", "ETIMEDOUT"]);

/** At most `most` connections, each opened when the others are busy; who finds them all so waits for his turn. */
export function createRelayConnections(options: RelayOptions, most: number): RelayConnections {
  const idle: Line[] = [];
  const waiting: (() => void)[] = [];
  let busy = 0;
  const leave = (line: Line) => {
    const at = idle.indexOf(line);
    if (at >= 0) idle.splice(at, 1);
  };

  async function inTurn(message: ComposedMessage, patience: number): Promise<string> {
    if (busy >= most) await new Promise<void>((go) => waiting.push(go));
    else busy += 1;
    try {
      return await send(message, patience);
    } finally {
      const next = waiting.shift();
      if (next) next();
      else busy -= 1;
    }
  }

  async function send(message: ComposedMessage, patience: number): Promise<string> {
    const kept = idle.pop();
    const line = kept ?? new Line(options, leave);
    try {
      const answer = await line.send(message, patience);
      if (line.isOpen) idle.push(line);
      return answer;
    } catch (error) {
      if (!(error instanceof NotTaken)) throw error;
      const { code = "", responseCode } = error.cause;
      if (responseCode && responseCode !== 421 && (await line.reset(patience))) idle.push(line);
      else line.close();
      // the relay had closed it meanwhile: it was not asked for the message, so a new connection may carry it
      if (kept && !error.handedOver && !responseCode && LOST.has(code)) return await send(message, patience);
      throw error;
    }
  }

  return {
    send: inTurn,
    close() {
      for (const line of idle.splice(0)) line.close();
    },
  };
}

class Line {
  readonly #connection: SMTPConnection;
  readonly #ready: Promise<void>;
  readonly #idle: NodeJS.Timeout;
  #fail: (error: SendError) => void = () => undefined;
  #isSignedIn = false;
  isOpen = true;

  constructor({ auth, ...options }: RelayOptions, onEnd: (line: Line) => void) {
    this.#connection = new SMTPConnection(options);
    this.#ready = this.#open(auth);
    this.#ready.catch(() => undefined);
    this.#connection.once("end", () => {
      this.isOpen = false;
      clearTimeout(this.#idle);
      onEnd(this);
      // what the relay said before it left is told right after this
      setImmediate(() => this.#fail({ code: "ECONNECTION" }));
    });
    this.#idle = setTimeout(() => {
      if (this.#fail !== NOBODY) return;
      onEnd(this);
      this.#connection.quit();
    }, IDLE_MS).unref();
    this.#fail = NOBODY;
  }

  #open(auth: RelayOptions["auth"]): Promise<void> {
    const connection = this.#connection;
    return new Promise((resolve, reject) => {
      connection.on("error", (error) => {
        reject(error);
        this.#fail(error);
      });
      connection.once("end", () =>
        setImmediate(() => reject(Object.assign(new Error("Closed."), { code: "ECONNECTION" }))),
      );
      connection.connect((error) => {
        if (error) reject(error);
        else if (!auth || !connection.allowsAuth) resolve();
        else connection.login(auth, (refused) => (refused ? reject(refused) : resolve()));
      });
    });
  }

  send({ raw, envelope }: ComposedMessage, patience: number): Promise<string> {
    let handedOver = false;
    return new Promise<string>((resolve, reject) => {
      const end = (done: () => void) => {
        clearTimeout(watch);
        this.#fail = NOBODY;
        this.#idle.refresh();
        done();
      };
      const fail = (error: SendError) => end(() => reject(new NotTaken(error, handedOver)));
      const watch = setTimeout(() => {
        fail({ code: "EABORT" });
        this.close();
      }, patience);
      this.#fail = fail;
      const body = new Body(raw, () => {
        handedOver = true;
        clearTimeout(watch);
      });
      this.#ready.then(() => {
        this.#isSignedIn = true;
        this.#connection.send({ from: envelope.from, to: [envelope.to] }, body, (error, info) =>
          error ? fail(error) : end(() => resolve(info.response)),
        );
      }, fail);
    });
  }

  /** Ends a transaction that was refused; whether the next one may begin, false also when the relay does not say so within `patience`. */
  reset(patience: number): Promise<boolean> {
    if (!this.isOpen || !this.#isSignedIn) return Promise.resolve(false);
    return new Promise((resolve) => {
      const end = (done: boolean) => {
        clearTimeout(watch);
        this.#fail = NOBODY;
        resolve(done);
      };
      const watch = setTimeout(() => end(false), patience);
      this.#fail = () => end(false);
      this.#connection.reset((error) => end(!error && this.isOpen));
    });
  }

  close(): void {
    this.#connection.close();
  }
}

const NOBODY = () => undefined;

const END = Buffer.from(".\r\n");

/** Whether a dot stands where somebody could take it for the beginning of a line. */
const needsStuffing = (raw: Buffer) => raw[0] === DOT || raw.includes("\n.") || raw.includes("\r.");
const DOT = 0x2e;

/** The message as the connection takes it once the relay has asked for it: in one piece, with its end. */
class Body extends Readable {
  readonly #raw: Buffer;
  readonly #onAsked: () => void;
  constructor(raw: Buffer, onAsked: () => void) {
    super();
    this.#raw = raw;
    this.#onAsked = onAsked;
  }
  override pipe<T extends NodeJS.WritableStream>(destination: T): T {
    const raw = this.#raw;
    // the stream would look at every byte for what our messages never hold, and send their end by itself
    if (destination instanceof Transform && raw.subarray(-2).equals(LINE_END) && !needsStuffing(raw)) {
      destination.push(Buffer.concat([raw, END]));
      destination.push(null);
    } else destination.end(raw);
    this.#onAsked();
    return destination;
  }
  override _read(): void {}
}
const LINE_END = Buffer.from("\r\n");
