// What each answer of a mail server means: try again, give up, suppress, or stop and look at ourselves.

import fc from "fast-check";
import { expect, test } from "vitest";
import { outcomeOf, redacted, type SendError } from "../../src/mail/answers.ts";

const answered = (command: string, response: string): SendError => ({
  code: command.startsWith("AUTH") ? "EAUTH" : "EENVELOPE",
  command,
  response,
  responseCode: Number(response.slice(0, 3)),
});

const short = (error: SendError, handedOver = false) => {
  const outcome = outcomeOf(error, handedOver);
  if (outcome.kind === "retry") return `retry ${outcome.scope}${outcome.inDoubt ? " in doubt" : ""}`;
  if (outcome.kind === "refused") return outcome.suppress ? "refused, suppress" : "refused";
  return outcome.kind;
};

test.each([
  // 5.1.x is final and suppresses the address
  ["RCPT TO", "550 5.1.1 <jane@acme.example>: Recipient address rejected: User unknown", "refused, suppress"],
  ["RCPT TO", "550-5.1.1 The email account that you tried to reach does not exist.", "refused, suppress"],
  ["RCPT TO", "553 5.1.3 The recipient address is not a valid address", "refused, suppress"],
  ["RCPT TO", "550 5.1.10 RESOLVER.ADR.RecipientNotFound", "refused, suppress"],
  ["DATA", "550 5.1.2 Host unknown", "refused, suppress"],
  ["RCPT TO", "550 5.1.0 Address rejected", "refused, suppress"],
  // the sender's address, though 5.1
  ["RCPT TO", "550 5.1.8 Sender domain not found", "sender"],
  ["MAIL FROM", "553 5.1.7 Bad sender address syntax", "sender"],
  // other finals are for this e-mail alone
  ["RCPT TO", "552 5.2.2 Mailbox full", "refused"],
  ["RCPT TO", "550 5.2.1 Mailbox disabled", "refused"],
  ["DATA", "552 5.3.4 Message too big", "refused"],
  ["RCPT TO", "550 No such user here", "refused"],
  ["RCPT TO", "550 5.5.0 Requested action not taken: mailbox unavailable", "refused"],
  ["DATA", "554 Transaction failed", "refused"],
  ["MAIL FROM", "552 5.3.4 Message size exceeds fixed limit", "refused"],
  // 5.7.x and sign-in: our own trouble
  ["RCPT TO", "554 5.7.1 Relay access denied", "sender"],
  ["DATA", "550 5.7.26 This mail has been blocked because the sender is unauthenticated.", "sender"],
  ["DATA", "554 5.7.1 Message rejected as spam", "sender"],
  ["AUTH PLAIN", "535 5.7.8 Authentication credentials invalid", "sender"],
  ["AUTH PLAIN", "534 Too weak", "sender"],
  ["MAIL FROM", "530 5.7.0 Authentication required", "sender"],
  ["RCPT TO", "530 Authentication required", "sender"],
  ["MAIL FROM", "550 Sender not allowed", "sender"],
  ["CONN", "554 5.7.1 Service unavailable; client host blocked", "sender"],
  ["CONN", "554 No SMTP service here", "sender"],
  // temporary, of the recipient
  ["RCPT TO", "450 4.2.2 Mailbox full", "retry recipient"],
  ["RCPT TO", "452 4.2.2 Over quota", "retry recipient"],
  ["RCPT TO", "450 4.7.1 Greylisted, try again in 300 seconds", "retry recipient"],
  ["RCPT TO", "451 4.7.1 Greylisting in action", "retry recipient"],
  ["RCPT TO", "450 4.1.1 User unknown for now", "retry recipient"],
  ["RCPT TO", "451 4.4.1 No answer from host", "retry recipient"],
  ["DATA", "450 Try later", "retry recipient"],
  // temporary, of the relay
  ["CONN", "421 4.3.2 Too many connections", "retry relay"],
  ["RCPT TO", "421 4.7.0 Closing", "retry relay"],
  ["MAIL FROM", "451 4.3.0 Temporary lookup failure", "retry relay"],
  ["MAIL FROM", "450 4.7.1 Rate limited", "retry relay"],
  ["DATA", "451 4.3.5 Server configuration error", "retry relay"],
  ["DATA", "452 Insufficient system storage", "retry relay"],
  ["AUTH LOGIN", "454 4.7.0 Temporary authentication failure", "retry relay"],
  ["DATA", "503 5.5.1 Bad sequence of commands", "retry relay"],
  // when the two codes disagree, the basic one counts
  ["RCPT TO", "450 5.1.1 User unknown", "retry recipient"],
  ["RCPT TO", "550 4.2.2 Mailbox full", "refused"],
])("to %s the answer %j is: %s", (command, response, meaning) => {
  expect(short(answered(command, response))).toBe(meaning);
});

test.each([
  [{ code: "ESOCKET", originalCode: "ECONNREFUSED", command: "CONN" }, "The mail relay refused the connection."],
  [{ code: "ETIMEDOUT", timeoutType: "GREETING_TIMEOUT", command: "CONN" }, "The mail relay did not answer in time."],
  [{ code: "EDNS", originalCode: "ENOTFOUND", command: "CONN" }, "The mail relay's name could not be found."],
  [{ code: "ETLS", command: "CONN" }, "No secure connection to the mail relay could be made."],
  [{ code: "ECONNECTION", command: "CONN" }, "The connection to the mail relay was lost."],
  [{ code: "ESOCKET", originalCode: "ECONNRESET" }, "The mail relay could not be reached."],
  [{}, "The mail relay could not be reached."],
])("without an answer (%j) the e-mail is tried again: %s", (error, reason) => {
  expect(outcomeOf(error)).toMatchObject({ kind: "retry", scope: "relay", inDoubt: false, reason, response: null });
});

test("a connection lost after the whole message was handed over leaves the delivery in doubt", () => {
  expect(short({ code: "ECONNECTION", command: "CONN" }, true)).toBe("retry relay in doubt");
});

test("an answer after the final dot is an answer, not a doubt", () => {
  expect(short({ ...answered("DATA", "451 4.3.0 Try later"), code: "EMESSAGE" }, true)).toBe("retry relay");
});

test("a missing password is the sender's trouble", () => {
  expect(short({ code: "ENOAUTH", command: "API" })).toBe("sender");
  expect(short({ code: "EAUTH", command: "API" })).toBe("sender");
});

test("the reason is for people and the code is the server's", () => {
  expect(outcomeOf(answered("RCPT TO", "452 4.2.2 The email account is over quota"))).toMatchObject({
    reason: "The mailbox is full. The server asked us to try later.",
    code: "452 4.2.2",
  });
  expect(outcomeOf(answered("RCPT TO", "550 5.1.1 User unknown"))).toMatchObject({
    reason: "No such address: the server knows no mailbox of that name.",
    code: "550 5.1.1",
  });
  expect(outcomeOf(answered("RCPT TO", "550 No such user"))).toMatchObject({ code: "550" });
});

test("an answer that quotes the message keeps neither its link nor its code nor an address", () => {
  const token = "Qm7Xw1vK2f8TQm7Xw1vK2f8TQm7Xw1vK2f8TQm7Xw1v";
  const quoted = `554 5.6.0 jane@acme.example: bad link https://clients.acme.example/l/${token} and ${token}, clients.acme.example/l/${token} (418203)\r\n554 sorry`;
  const outcome = outcomeOf(answered("DATA", quoted));
  expect(outcome).toMatchObject({ kind: "refused", response: expect.stringContaining("554 5.6.0 (address)") });
  expect(JSON.stringify(outcome)).not.toMatch(/Qm7X|acme|418203|jane/);
});

test("an answer of any length and content becomes one line of at most 300 characters without its tokens", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.stringMatching(/^[\w-]{43}$/), (before, after, token) => {
      const line = redacted(`${before} https://a.example/l/${token} ${after}`);
      expect(line.length).toBeLessThanOrEqual(300);
      expect(line).not.toMatch(/\p{Cc}/u);
      expect(line).not.toContain(token);
    }),
  );
});

test("an answer of any length is read in a moment, and is cut where no part of a token could be left", () => {
  // whoever gets a message can report anything about it, in a message of up to two megabytes
  for (const text of ["a".repeat(2_000_000), "a.".repeat(1_000_000), "@/".repeat(1_000_000)])
    expect(redacted(`550 ${text}`).length).toBeLessThanOrEqual(300);
  const links = "https://x.example/y ".repeat(47);
  for (let more = 0; more <= 70; more += 1)
    expect(redacted(`${links}${"n".repeat(more)} ${"t".repeat(43)} and on${" and on".repeat(50)}`)).not.toContain("tt");
});
