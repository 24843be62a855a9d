// One connection to the relay: nodemailer opens it, secures it and signs in; then messages are said over its socket here, an envelope in one write and a message in another.
import type { Socket } from "node:net";
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

// RFC 5321 4.5.3.2 has servers wait five minutes; we leave before they do.
const IDLE_MS = 4 * 60_000;
// RFC 5321 4.5.3.1.5 allows 512 octets a line; what goes on and on is no answer.
const LONGEST_ANSWER = 64 * 1_024;

type Command = "MAIL FROM" | "RCPT TO" | "DATA" | "the message" | "RSET";

/** What is being said: a message, or the end of one that was refused. */
type Exchange = {
  /** The answers still to come, in their order. */
  awaited: Command[];
  /** Takes the answer to `command`. */
  onAnswer(command: Command, answer: string): void;
  /** Nothing more will come. */
  onEnd(error: SendError): void;
};

export class Line {
  readonly #connection: SMTPConnection;
  readonly #ready: Promise<Socket>;
  readonly #idle: NodeJS.Timeout;
  #socket: Socket | undefined;
  #exchange: Exchange | undefined;
  #extensions: ReadonlySet<string> = new Set();
  #rest = "";
  isOpen = true;

  /** `onEnd` is called once it is of no more use. */
  constructor({ auth, ...options }: RelayOptions, onEnd: (line: Line) => void) {
    this.#connection = new SMTPConnection(options);
    this.#ready = this.#open(auth);
    this.#ready.catch(() => undefined);
    this.#connection.once("end", () => {
      this.isOpen = false;
      clearTimeout(this.#idle);
      onEnd(this);
      // what the relay said before it left is told right after this
      setImmediate(() => this.#exchange?.onEnd({ code: "ECONNECTION" }));
    });
    this.#idle = setTimeout(() => {
      if (this.#exchange) return;
      onEnd(this);
      this.#socket?.end("QUIT\r\n");
      this.close();
    }, IDLE_MS).unref();
  }

  #open(auth: RelayOptions["auth"]): Promise<Socket> {
    const connection = this.#connection;
    return new Promise((resolve, reject) => {
      connection.on("error", (error) => {
        reject(error);
        this.#exchange?.onEnd(error);
      });
      connection.once("end", () =>
        setImmediate(() => reject(Object.assign(new Error("Closed."), { code: "ECONNECTION" }))),
      );
      const opened = () => {
        const socket = connection._socket;
        if (!socket) return reject(Object.assign(new Error("Closed."), { code: "ECONNECTION" }));
        this.#socket = socket;
        // from here on every answer is to what is said below; how a connection ends is left to nodemailer
        socket.removeAllListeners("data");
        socket.on("data", (chunk: Buffer) => this.#hear(chunk.toString("latin1")));
        resolve(socket);
      };
      connection.connect((error) => {
        if (error) return reject(error);
        this.#extensions = extensionsIn(connection.lastServerResponse || "");
        if (!auth || !connection.allowsAuth) opened();
        else connection.login(auth, (refused) => (refused ? reject(refused) : opened()));
      });
    });
  }

  /**
   * Hands one message over and returns the relay's answer. `patience` is how long, in milliseconds, it may take to be asked for the
   * message. Throws NotTaken; a line that is open then has to be reset before the next message.
   */
  send(message: ComposedMessage, patience: number): Promise<string> {
    return new Promise<string>((resolve, reject) => {
      let handedOver = false;
      let refusal: SendError | undefined;
      const end = (done: () => void) => {
        if (this.#exchange !== exchange) return;
        clearTimeout(watch);
        this.#exchange = undefined;
        this.#idle.refresh();
        done();
      };
      const fail = (error: SendError) => end(() => reject(new NotTaken(error, handedOver)));
      const watch = setTimeout(() => {
        fail(refusal ?? { code: "EABORT" });
        this.close();
      }, patience);
      const hand = (socket: Socket) => {
        handedOver = true;
        clearTimeout(watch);
        exchange.awaited.push("the message");
        writeMessage(socket, message);
      };
      const say = (socket: Socket, commands: readonly [Command, string][]) => {
        exchange.awaited.push(...commands.map(([command]) => command));
        socket.write(commands.map(([, line]) => line).join(""), "latin1");
      };
      let left: [Command, string][] = [];
      const exchange: Exchange = {
        awaited: [],
        onAnswer: (command, answer) => {
          const socket = this.#socket;
          if (!socket) return;
          const isGood = command === "DATA" ? /^[23]/.test(answer) : answer.startsWith("2");
          if (!isGood) refusal ??= refusalOf(command === "the message" ? "DATA" : command, answer);
          if (command === "the message") return refusal ? fail(refusal) : end(() => resolve(toText(answer)));
          // it leaves: nothing more is answered
          if (refusal?.responseCode === 421) {
            fail(refusal);
            return this.close();
          }
          if (exchange.awaited.length > 0) return;
          const next = left.shift();
          if (next && !refusal) return say(socket, [next]);
          if (!refusal) return hand(socket);
          fail(refusal);
          // It waits for a message whose sender or recipient it has just refused. Nothing that could be said is no message.
          if (command === "DATA" && isGood) this.close();
        },
        onEnd: (error) => fail(refusal ?? error),
      };
      const begin = (socket: Socket) => {
        if (this.#exchange !== exchange) return;
        const commands = this.#envelope(message);
        if (!commands) return fail({ code: "EENVELOPE" });
        if (this.#extensions.has("PIPELINING")) return say(socket, commands);
        const [first, ...others] = commands;
        left = others;
        if (first) say(socket, [first]);
      };
      this.#exchange = exchange;
      if (this.#socket) begin(this.#socket);
      else this.#ready.then(begin, fail);
    });
  }

  #envelope({ envelope, utf8 }: ComposedMessage): [Command, string][] | undefined {
    const { from, to } = envelope;
    if (/[\r\n<>]/.test(from) || to === "" || /[\r\n<>]/.test(to)) return undefined;
    const parameters = utf8 && this.#extensions.has("SMTPUTF8") ? " SMTPUTF8" : "";
    return [
      ["MAIL FROM", `MAIL FROM:<${utf8 ? toBytes(from) : from}>${parameters}\r\n`],
      ["RCPT TO", `RCPT TO:<${utf8 ? toBytes(to) : to}>\r\n`],
      ["DATA", "DATA\r\n"],
    ];
  }

  #hear(text: string): void {
    const heard = this.#rest === "" ? text : this.#rest + text;
    let from = 0;
    for (let at = heard.indexOf("\n"); at >= 0; at = heard.indexOf("\n", at + 1)) {
      const last = heard.lastIndexOf("\n", at - 1) + 1;
      // a line of several that has more behind it
      if (/^\d{3}-/.test(heard.slice(Math.max(last, from), at))) continue;
      const answer = heard.slice(from, at).trimEnd();
      from = at + 1;
      this.#rest = "";
      this.#answered(answer);
      if (!this.isOpen) return;
    }
    this.#rest = heard.slice(from);
    if (this.#rest.length > LONGEST_ANSWER) this.#nonsense();
  }

  #answered(answer: string): void {
    const exchange = this.#exchange;
    const command = exchange?.awaited.shift();
    // what nobody asked for: it says goodbye, or it is out of step
    if (!exchange || !command) return this.close();
    if (!/^[2-5]\d\d(?:[ -]|$)/.test(answer)) return this.#nonsense();
    exchange.onAnswer(command, answer);
  }

  #nonsense(): void {
    this.#exchange?.onEnd({ code: "EPROTOCOL" });
    this.close();
  }

  /** Ends a transaction that was refused; whether the next one may begin, false also when the relay does not say so within `patience`. */
  reset(patience: number): Promise<boolean> {
    const socket = this.#socket;
    if (!this.isOpen || !socket) return Promise.resolve(false);
    return new Promise((resolve) => {
      const end = (done: boolean) => {
        if (this.#exchange !== exchange) return;
        clearTimeout(watch);
        this.#exchange = undefined;
        resolve(done);
      };
      const watch = setTimeout(() => end(false), patience);
      const exchange: Exchange = {
        awaited: ["RSET"],
        onAnswer: (_command, answer) => end(answer.startsWith("2") && this.isOpen),
        onEnd: () => end(false),
      };
      this.#exchange = exchange;
      socket.write("RSET\r\n", "latin1");
    });
  }

  close(): void {
    this.#connection.close();
  }
}

// RFC 5321 4.1.1.1: one a line behind the greeting's, the keyword first.
const extensionsIn = (greeting: string): ReadonlySet<string> =>
  new Set(
    greeting
      .split(/\r?\n/)
      .slice(1)
      .map((line) => line.slice(4).split(" ", 1)[0]?.toUpperCase() ?? ""),
  );

const refusalOf = (command: string, answer: string): SendError => ({
  code: "EENVELOPE",
  command,
  response: toText(answer),
  responseCode: Number(answer.slice(0, 3)),
});

const toBytes = (text: string) => Buffer.from(text).toString("latin1");
const toText = (bytes: string) => (/[^\0-\x7f]/.test(bytes) ? Buffer.from(bytes, "latin1").toString() : bytes);

const LINE_END = Buffer.from("\r\n");
const END = Buffer.from(".\r\n");
const DOT = 0x2e;

function writeMessage(socket: Socket, { raw, ended }: ComposedMessage): void {
  // the very same bytes, and not those of a message that this one was made from
  if (ended?.buffer === raw.buffer && ended.byteOffset === raw.byteOffset) return void socket.write(ended);
  socket.cork();
  socket.write(isAsSaid(raw) ? raw : stuffed(raw));
  socket.write(END);
  socket.uncork();
}

/** Whether it ends with a line's end and no dot stands where somebody could take it for the beginning of a line. */
const isAsSaid = (raw: Buffer) =>
  raw.subarray(-2).equals(LINE_END) && raw[0] !== DOT && !raw.includes("\n.") && !raw.includes("\r.");

// RFC 5321 4.5.2, with every line's end made one that counts.
const stuffed = (raw: Buffer) => {
  const lines = raw.toString("latin1").replace(/\r\n?|\n/g, "\r\n");
  return Buffer.from(`${lines.endsWith("\r\n") ? lines : `${lines}\r\n`}`.replace(/^\./gm, ".."), "latin1");
};
