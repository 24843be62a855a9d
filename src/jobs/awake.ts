// Whether this process has just been stopped for so long that its leases may be others': it must not hand over a message before it knows.
import type { Mailer } from "../mail/mailer.ts";
import { LeaseLost } from "./queue.ts";

const BEAT_MS = 250;

/**
 * The same mailer, which throws LeaseLost when the process has not run for `most` milliseconds: what was ready to be sent when it was
 * stopped goes on before any timer does. `stop` ends the heartbeat.
 */
export function awakeMailer(mailer: Mailer, most: number): { mailer: Mailer; stop: () => void } {
  let beat = performance.now();
  const timer = setInterval(() => {
    beat = performance.now();
  }, BEAT_MS).unref();
  return {
    mailer: {
      ...mailer,
      async send(message) {
        if (performance.now() - beat > most) throw new LeaseLost();
        return await mailer.send(message);
      },
    },
    stop: () => clearInterval(timer),
  };
}
