// Connections to the relay: each carries one message at a time, is kept for the next, and is given up when it has been idle or has failed.
import type { SendError } from "./answers.ts";
import type { ComposedMessage } from "./compose.ts";
import { Line, NotTaken, type RelayOptions } from "./relay-line.ts";

export type RelayConnections = {
  /** Hands one message over and returns the relay's answer. `patience` is how long, in milliseconds, it may take to be asked for the message. Throws NotTaken. */
  send(message: ComposedMessage, patience: number): Promise<string>;
  /** Closes them all; none may be carrying a message. */
  close(): void;
};

const LOST = new Set(["ECONNECTION", "ESOCKET", "ETIMEDOUT"]);
// It closes a connection that has been idle, or carried enough, and says so while we begin to speak.
const isGoodbye = ({ responseCode, command }: SendError) => responseCode === 421 && command === "MAIL FROM";

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
      if (kept && !error.handedOver && (responseCode ? isGoodbye(error.cause) : LOST.has(code)))
        return await send(message, patience);
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
