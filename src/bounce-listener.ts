// The SMTP server that bounces come back to: takes mail for addresses that we signed, refuses all else, keeps nothing.
import type { AddressInfo } from "node:net";
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from "smtp-server";
import type { BounceIntake } from "./bounces.ts";
import type { Logger } from "./log.ts";
import { Unavailable } from "./models/errors.ts";

const LARGEST = 2 * 1024 * 1024;
const RECIPIENTS = 20;

export type BounceListener = { port: number; stop(): Promise<void> };

/**
 * Listens for mail. A message is answered with 250 only once what it says is written down; while the database is away with 451, so
 * that the sender comes again. Rejects when the port is taken.
 */
export function startBounceListener(
  intake: BounceIntake,
  { host, port }: { host: string; port: number },
  log: Pick<Logger, "error" | "info">,
): Promise<BounceListener> {
  const server = new SMTPServer({
    banner: "Portico bounces",
    disabledCommands: ["AUTH", "STARTTLS"],
    disableReverseLookup: true,
    hideSMTPUTF8: true,
    size: LARGEST,
    maxClients: 50,
    socketTimeout: 60_000,
    closeTimeout: 5_000,
    logger: false,
    onRcptTo: (to, session, done) => {
      if (session.envelope.rcptTo.length >= RECIPIENTS) return done(refusal(452, "4.5.3 Too many recipients"));
      return intake.read(to.address) ? done() : done(refusal(550, "5.1.1 No such address"));
    },
    onData: (stream, session, done) => {
      take(stream, session, intake).then(
        () => done(),
        (error: unknown) => {
          if (!(error instanceof Unavailable || isRefusal(error)))
            log.error({ err: error }, "A bounce could not be taken.");
          done(isRefusal(error) ? error : refusal(451, "4.3.0 Try again later"));
        },
      );
    },
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      // what a peer does to its connection is its own affair
      server.on("error", () => undefined);
      const address = server.server.address() as AddressInfo;
      log.info({ host, port: address.port }, "listening for bounces");
      resolve({ port: address.port, stop: () => new Promise((stopped) => server.close(() => stopped())) });
    });
  });
}

async function take(stream: SMTPServerDataStream, session: SMTPServerSession, intake: BounceIntake): Promise<void> {
  const raw = await readAll(stream);
  for (const { address } of session.envelope.rcptTo) {
    const ref = intake.read(address);
    if (ref) await intake.takeMessage(ref, raw);
  }
}

async function readAll(stream: SMTPServerDataStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length;
    // read to the end all the same: an answer in the middle would be taken for a broken connection
    if (size <= LARGEST) chunks.push(chunk);
  }
  if (size > LARGEST) throw refusal(552, "5.3.4 This is too long for a report");
  return Buffer.concat(chunks);
}

type Refusal = Error & { responseCode: number };
const refusal = (responseCode: number, words: string): Refusal => Object.assign(new Error(words), { responseCode });
const isRefusal = (error: unknown): error is Refusal => error instanceof Error && "responseCode" in error;
