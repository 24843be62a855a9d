// Takes bounces in from both sides, a message at the SMTP listener or a signed post at the internal one, and has them written down.
import { createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import type { Deps } from "./deps.ts";
import { redacted } from "./mail/answers.ts";
import { kindOfFailure, readBounceReport } from "./mail/bounce-report.ts";
import { type BounceRef, readBounceAddress } from "./models/bounce-addresses.ts";
import {
  type Bounce,
  type BounceResult,
  findBouncedAgency,
  type ReportOutcome,
  recordBounce,
} from "./models/bounces.ts";

/** Both intakes. Each throws Unavailable while the database is away or an attempt is under way, and then whoever reports should come again. */
export type BounceIntake = {
  /** What an address of ours names; undefined for one that nobody here has made. */
  read(address: string): BounceRef | undefined;
  /** Takes a message that came to such an address. `ignored`: it is no report of a failure, such as an out-of-office note. */
  takeMessage(ref: BounceRef, raw: Buffer): Promise<BounceResult | "ignored">;
  /** Takes what was posted: JSON of `address`, `kind` and perhaps `status` and `response`, signed with its time. */
  takeReport(report: { body: string; timestamp: string; signature: string }): Promise<ReportOutcome>;
};

// A signature is good for so long before and after its time. Within it the same report does nothing twice, by whatever way it comes.
const TOLERANCE_SECONDS = 300;

const reportShape = z.object({
  address: z.string().max(320),
  kind: z.enum(["bounce", "complaint", "delay"]),
  status: z
    .string()
    .regex(/^[245]\.\d{1,3}\.\d{1,3}$/)
    .optional(),
  response: z.string().max(2_000).optional(),
});

type IntakeDeps = Pick<Deps, "keys" | "agencies" | "globals" | "log" | "config">;

export function createBounceIntake(deps: IntakeDeps): BounceIntake {
  const { keys, agencies, globals, log, config } = deps;
  const secrets = config.bounceSecret ? [Buffer.from(config.bounceSecret)] : keys.every("bounce-report");

  async function record(ref: BounceRef, said: Omit<Bounce, "emailId" | "attempt">): Promise<BounceResult> {
    const agencyId = await globals.run((db) => findBouncedAgency(db, ref));
    const { emailId, attempt } = ref;
    const result = agencyId
      ? await agencies.open(agencyId).write((db) => recordBounce(db, { ...said, emailId, attempt }))
      : "unknown";
    log.info({ email: emailId, kind: said.kind, status: said.code, result }, "A bounce came in.");
    return result;
  }

  function isSigned(timestamp: string, body: string, signature: string): boolean {
    const given = Buffer.from(signature, "hex");
    return secrets.some((secret) => {
      const right = createHmac("sha256", secret).update(`${timestamp}.${body}`).digest();
      return given.length === right.length && timingSafeEqual(given, right);
    });
  }

  // The clock of the one who signs is not the database's: this only bounds how long a signature that leaked is worth anything.
  const isTimely = (timestamp: string) =>
    /^\d{10}$/.test(timestamp) && Math.abs(Date.now() / 1_000 - Number(timestamp)) <= TOLERANCE_SECONDS;

  return {
    read: (address) => readBounceAddress(address, keys.every("bounce")),

    async takeMessage(ref, raw) {
      const report = await readBounceReport(raw);
      return report ? await record(ref, report) : "ignored";
    },

    async takeReport({ body, timestamp, signature }) {
      if (!isTimely(timestamp) || !isSigned(timestamp, body, signature)) return "forged";
      const parsed = reportShape.safeParse(jsonOf(body));
      const ref = parsed.success ? readBounceAddress(parsed.data.address, keys.every("bounce")) : undefined;
      if (!parsed.success) return "malformed";
      if (!ref) return "unknown";
      return await record(ref, saidIn(parsed.data));
    },
  };
}

function saidIn({ kind, status, response }: z.output<typeof reportShape>): Omit<Bounce, "emailId" | "attempt"> {
  const said = { code: status ?? null, response: response ? redacted(response) : null };
  if (kind === "complaint") return { kind, ...said };
  return { kind: kind === "delay" ? "late" : kindOfFailure(said.code), ...said };
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
