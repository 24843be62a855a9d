// Passwords: argon2id with OWASP's parameters, never more at once than there are cores, and a list of common ones refused.
import os from "node:os";
import argon2 from "argon2";
import pLimit from "p-limit";
import { Busy } from "./errors.ts";

// OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, two passes, one lane.
const OPTIONS = { type: argon2.argon2id, memoryCost: 19456, timeCost: 2, parallelism: 1 } as const;
const WAITING = 32;
const queue = pLimit(Math.max(1, os.availableParallelism()));

// Compared when the account is unknown or has no password, so that both take the same work.
const DUMMY = "$argon2id$v=19$m=19456,t=2,p=1$c29tZSBmaXhlZCBzYWx0IQ$e4WZ2NlX6cvmNtnnVHnHvWLhyEEX6Rz8wYCBPcFlYvA";

export const MEMBER_PASSWORD_MIN = 15;
export const CONTACT_PASSWORD_MIN = 8;
const MAX = 128;

function enqueue<T>(work: () => Promise<T>): Promise<T> {
  if (queue.pendingCount >= WAITING) throw new Busy("Too many people are signing in at this moment.", 5);
  return queue(work);
}

// NIST SP 800-63B-4 §3.1.1.2: one form for the same characters, typed on any keyboard.
const normal = (password: string) => password.normalize("NFKC");

/** The hash to store. Throws Busy when 32 are waiting already. Never call it inside a transaction. */
export async function hashPassword(password: string): Promise<string> {
  return enqueue(() => argon2.hash(normal(password), OPTIONS));
}

/**
 * Whether the password is right, and a new hash to store when the parameters have risen since. Without a hash it does the same
 * work against a fixed dummy and answers false. Throws Busy when 32 are waiting already. Never call it inside a transaction.
 */
export async function verifyPassword(
  hash: string | null | undefined,
  password: string,
): Promise<{ ok: boolean; rehashed?: string }> {
  if (password.length > MAX * 4) return { ok: false };
  const matches = await enqueue(() => argon2.verify(hash ?? DUMMY, normal(password)));
  if (!hash || !matches) return { ok: false };
  return argon2.needsRehash(hash, OPTIONS) ? { ok: true, rehashed: await hashPassword(password) } : { ok: true };
}

let common: Promise<ReadonlySet<string>> | undefined;

async function loadCommon(): Promise<ReadonlySet<string>> {
  const { dictionary } = await import("@zxcvbn-ts/language-common");
  return new Set<string>(dictionary["passwords-common"].map((word) => String(word)));
}

/** Why this password is refused, in words for the form, or undefined when it will do. `min` is in characters. */
export async function refusePassword(password: string, min: number): Promise<string | undefined> {
  const text = normal(password);
  const length = [...text].length;
  if (length < min) return `Use ${min} characters or more.`;
  if (length > MAX) return `Use ${MAX} characters or fewer.`;
  common ??= loadCommon();
  const plain = text.toLowerCase();
  const repeated = new Set(plain).size <= 2;
  if (repeated || (await common).has(plain))
    return "This password is one of the first that others would try. Choose another.";
  return undefined;
}
