// Passwords: right and wrong ones, unknown accounts, common words, and a bound on how many are hashed at once.
import { expect, test } from "vitest";
import { hashPassword, refusePassword, verifyPassword } from "../../src/models/passwords.ts";

test("a hash is argon2id with OWASP's parameters and opens with its password alone", async () => {
  const hash = await hashPassword("correct-horse-battery");
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,p=1,t=2\$|^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(await verifyPassword(hash, "correct-horse-battery")).toEqual({ ok: true });
  expect(await verifyPassword(hash, "correct-horse-batterY")).toEqual({ ok: false });
});

test("the same characters typed on another keyboard are the same password", async () => {
  const hash = await hashPassword("Ångström-ﬁne");
  expect(await verifyPassword(hash, "Ångström-fine")).toEqual({ ok: true });
});

test("an unknown account answers false, whatever was typed", async () => {
  expect(await verifyPassword(undefined, "correct-horse-battery")).toEqual({ ok: false });
  expect(await verifyPassword(null, "")).toEqual({ ok: false });
});

test("a hash with weaker parameters is made anew when its password is right", async () => {
  const { default: argon2 } = await import("argon2");
  const weak = await argon2.hash("correct-horse-battery", { memoryCost: 1024, timeCost: 2, parallelism: 1 });
  const { ok, rehashed } = await verifyPassword(weak, "correct-horse-battery");
  expect(ok).toBe(true);
  expect(await verifyPassword(rehashed, "correct-horse-battery")).toEqual({ ok: true });
});

test("short, common, repeated and endless passwords are refused in words, good ones are not", async () => {
  expect(await refusePassword("short", 8)).toBe("Use 8 characters or more.");
  expect(await refusePassword("password", 8)).toMatch(/first that others would try/);
  expect(await refusePassword("abababababababab", 15)).toMatch(/first that others would try/);
  expect(await refusePassword("x".repeat(129), 8)).toBe("Use 128 characters or fewer.");
  expect(await refusePassword("correct-horse-battery", 15)).toBeUndefined();
  expect(await refusePassword("пароль для меня", 15)).toBeUndefined();
});

test("more than a machine can hash are told to come back, and none of those that were let in is lost", async () => {
  const asked = await Promise.allSettled(Array.from({ length: 60 }, () => verifyPassword(undefined, "x")));
  const refused = asked.filter((one) => one.status === "rejected");
  expect(refused.length).toBeGreaterThan(0);
  for (const one of refused) expect(one.reason).toMatchObject({ name: "Busy", retryAfter: 5 });
  expect(asked.length - refused.length).toBeGreaterThanOrEqual(32);
});
