// A real SMTP server for tests: it keeps what it accepts and answers as the test scripts it.

import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { type ParsedMail, simpleParser } from "mailparser";
import { SMTPServer } from "smtp-server";

/** A message that the sink accepted, with the envelope that it came in. */
export interface ReceivedMessage {
  from: string;
  to: string[];
  raw: Buffer;
}

/** A refusal such as `"550 5.1.1 No such user"`; undefined accepts. */
type Answer = string | undefined;

export interface SmtpScript {
  /** Answer to RCPT TO. */
  onRcpt?: (address: string) => Answer | Promise<Answer>;
  /** Answer to the final dot, after the message is known; the message is kept only when it is accepted. */
  onData?: (message: ReceivedMessage) => Answer | Promise<Answer>;
  /** Answer to MAIL FROM. */
  onMail?: (address: string) => Answer | Promise<Answer>;
  /** The one user and password it lets in; without it nobody needs to sign in. */
  login?: { user: string; pass: string };
  /** It offers STARTTLS, with a certificate that nobody vouches for. */
  startTls?: true;
}

export interface SmtpSink {
  /** `smtp://127.0.0.1:port`, with the login when one is scripted. */
  url: string;
  /** Accepted messages, oldest first. */
  messages: ReceivedMessage[];
  /** The accepted messages to `address`, or to anybody, parsed; waits until there are `count`. */
  received(count?: number, address?: string): Promise<ParsedMail[]>;
  close(): Promise<void>;
}

function refusal(answer: string): Error {
  return Object.assign(new Error(answer.replace(/^\d{3} /, "")), { responseCode: Number(answer.slice(0, 3)) });
}

async function answer(script: Promise<Answer> | Answer, done: (error?: Error | null) => void): Promise<void> {
  const said = await script;
  if (said) done(refusal(said));
  else done();
}

const sameAddress = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

/** Starts the sink on a free port of this machine. */
export async function startSmtp(script: SmtpScript = {}): Promise<SmtpSink> {
  const messages: ReceivedMessage[] = [];
  const waiting = new Set<() => void>();
  const server = new SMTPServer({
    disabledCommands: [...(script.startTls ? [] : ["STARTTLS"]), ...(script.login ? [] : ["AUTH"])],
    authOptional: !script.login,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    logger: false,
    onAuth(auth, _session, done) {
      const known = auth.username === script.login?.user && auth.password === script.login?.pass;
      if (known) done(null, { user: auth.username });
      else done(refusal("535 5.7.8 Authentication credentials invalid"));
    },
    onMailFrom: (address, _session, done) => void answer(script.onMail?.(address.address), done),
    onRcptTo: (address, _session, done) => void answer(script.onRcpt?.(address.address), done),
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const from = session.envelope.mailFrom ? session.envelope.mailFrom.address : "";
        const message = { from, to: session.envelope.rcptTo.map((to) => to.address), raw: Buffer.concat(chunks) };
        void answer(script.onData?.(message), (error) => {
          if (!error) messages.push(message);
          done(error);
          for (const look of waiting) look();
        });
      });
    },
  });
  // a client that hangs up in the middle is part of what is tested
  server.on("error", () => {});
  const listening = server.listen(0, "127.0.0.1");
  await once(listening, "listening");
  const { port } = listening.address() as AddressInfo;
  const login = script.login
    ? `${encodeURIComponent(script.login.user)}:${encodeURIComponent(script.login.pass)}@`
    : "";
  return {
    url: `smtp://${login}127.0.0.1:${port}`,
    messages,
    async received(count = 1, address) {
      const matching = () => messages.filter(({ to }) => !address || to.some((one) => sameAddress(one, address)));
      await new Promise<void>((resolve) => {
        const look = () => {
          if (matching().length < count) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      });
      return Promise.all(matching().map(({ raw }) => simpleParser(raw)));
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** A bare TCP server for what no proper SMTP server does: `converse` gets each connection. Close it after use. */
export async function startTcp(converse: (socket: Socket) => void): Promise<{ url: string; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    converse(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

/** The distinct web addresses in the text part, in order. */
export function linksIn(mail: { text?: string | undefined }): string[] {
  return [...new Set(mail.text?.match(/https?:\/\/[^\s<>"]+[^\s<>".,;:)]/g))];
}

/** The first link of an access link's form, `/l/<token>`. Throws when there is none. */
export function accessLinkIn(mail: { text?: string | undefined }): string {
  const link = linksIn(mail).find((url) => /\/l\/[\w-]{43}$/.test(url));
  if (!link) throw new Error("The message has no access link.");
  return link;
}

/** The six-digit code that stands on a line of its own; undefined when there is none. */
export function codeIn(mail: { text?: string | undefined }): string | undefined {
  return mail.text?.match(/^\s*(\d{6})\s*$/m)?.[1];
}
