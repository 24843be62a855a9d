// The real mailer against a real server: each thing that servers and networks do, and the outcome it becomes.

import { randomUUID } from "node:crypto";
import { afterEach, expect, test } from "vitest";
import { composeMessage } from "../../src/mail/compose.ts";
import { createMailer, type Mailer, type MailerConfig } from "../../src/mail/mailer.ts";
import { type SmtpScript, startSmtp, startTcp } from "../support/smtp.ts";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});
const opened = <T extends { close(): Promise<void> }>(one: T): T => {
  open.push(one);
  return one;
};

const SECRET = "https://clients.acme.example/l/Qm7Xw1vK2f8TQm7Xw1vK2f8TQm7Xw1vK2f8TQm7Xw1v";

const message = (address = "jane@acme.example") =>
  composeMessage({
    to: { name: "Jane", address },
    from: { name: "Northwind", address: "no-reply@portico.example" },
    messageId: `<${randomUUID()}@portico.example>`,
    subject: "Hello",
    text: `Hello ${SECRET}\n`,
    html: `<p>Hello ${SECRET}</p>`,
  });

const mailerFor = (smtpUrl: string, config: Partial<MailerConfig> = {}): Mailer =>
  opened(createMailer({ smtpUrl, outboxDir: "unused", ...config }));

const scripted = async (script: SmtpScript) => {
  const sink = opened(await startSmtp(script));
  return { sink, mailer: mailerFor(sink.url) };
};

test("an accepted message arrives whole, once, for its one recipient", async () => {
  const { sink, mailer } = await scripted({});
  expect(await mailer.send(await message())).toEqual({ kind: "accepted", response: expect.stringMatching(/^250 /) });
  const [mail] = await sink.received(1, "jane@acme.example");
  expect(mail?.text).toContain(SECRET);
  expect(sink.messages).toMatchObject([{ from: "no-reply@portico.example", to: ["jane@acme.example"] }]);
});

test.each<[string, SmtpScript, object]>([
  [
    "421 to the recipient",
    { onRcpt: () => "421 4.3.2 Shutting down" },
    { kind: "retry", scope: "relay", code: "421 4.3.2" },
  ],
  ["450 4.2.2", { onRcpt: () => "450 4.2.2 Mailbox full" }, { kind: "retry", scope: "recipient", code: "450 4.2.2" }],
  ["550 5.1.1", { onRcpt: () => "550 5.1.1 No such user" }, { kind: "refused", suppress: true, code: "550 5.1.1" }],
  ["550 5.2.1", { onRcpt: () => "550 5.2.1 Disabled" }, { kind: "refused", suppress: false }],
  ["554 5.7.1 after the message", { onData: () => "554 5.7.1 Looks like spam" }, { kind: "sender", code: "554 5.7.1" }],
  [
    "451 after the message",
    { onData: () => "451 4.3.0 Disk trouble" },
    { kind: "retry", scope: "relay", inDoubt: false },
  ],
  ["550 5.1.1 after the message", { onData: () => "550 5.1.1 No such user" }, { kind: "refused", suppress: true }],
  ["553 5.1.8 to the sender", { onMail: () => "553 5.1.8 Who are you" }, { kind: "sender" }],
])("a server that answers %s", async (_what, script, outcome) => {
  const { sink, mailer } = await scripted(script);
  expect(await mailer.send(await message())).toMatchObject(outcome);
  expect(sink.messages).toEqual([]);
});

test("a wrong password is the sender's trouble, the right one delivers", async () => {
  const sink = opened(await startSmtp({ login: { user: "portico", pass: "right pass/word" } }));
  expect(await mailerFor(sink.url.replace("right", "wrong")).send(await message())).toMatchObject({
    kind: "sender",
    code: "535 5.7.8",
    reason: "The mail relay did not accept our sign-in.",
  });
  expect(await mailerFor(sink.url).send(await message())).toMatchObject({ kind: "accepted" });
});

test("a sign-in that the relay refused is tried again by the next message", async () => {
  let tries = 0;
  const relay = opened(
    await conversation((line) => {
      if (line.startsWith("EHLO")) return "250-relay.example\r\n250 AUTH PLAIN";
      if (line.startsWith("AUTH")) return tries++ === 0 ? "454 4.7.0 Temporary failure" : "235 2.7.0 Welcome";
      return polite(line);
    }),
  );
  const mailer = mailerFor(relay.url.replace("//", "//portico:secret@"));
  expect(await mailer.send(await message())).toMatchObject({ kind: "retry", scope: "relay", code: "454 4.7.0" });
  expect(await mailer.send(await message())).toMatchObject({ kind: "accepted" });
  expect(tries).toBe(2);
});

test("a server that wants a sign-in which nobody configured is the sender's trouble", async () => {
  const sink = opened(await startSmtp({ login: { user: "portico", pass: "x" } }));
  expect(await mailerFor(sink.url.replace("portico:x@", "")).send(await message())).toMatchObject({ kind: "sender" });
});

test("a password is not sent over an open line to another machine", async () => {
  const heard: string[] = [];
  const relay = opened(
    await startTcp((socket) => {
      socket.write("220 relay.example\r\n");
      socket.on("data", (data) => {
        heard.push(String(data));
        socket.write(
          String(data).startsWith("EHLO") ? "250-relay.example\r\n250 AUTH PLAIN LOGIN\r\n" : "502 5.5.1 No\r\n",
        );
      });
    }),
  );
  const url = relay.url.replace("127.0.0.1", "portico:secret@0.0.0.0");
  expect(await mailerFor(url).send(await message())).toMatchObject({
    kind: "sender",
    reason: "No secure connection to the mail relay could be made.",
  });
  expect(heard.join("")).not.toMatch(/AUTH/);
});

test("a relay whose certificate nobody vouches for gets neither the password nor the message, unless the operator says so", async () => {
  const login = { user: "portico", pass: "secret" };
  const signedIn: string[] = [];
  const sink = opened(await startSmtp({ login, startTls: true, onMail: (from) => void signedIn.push(from) }));
  for (const url of [sink.url, `${sink.url}?requireTLS=true`])
    expect(await mailerFor(url).send(await message())).toMatchObject({
      kind: "retry",
      scope: "relay",
      inDoubt: false,
      reason: "No secure connection to the mail relay could be made.",
    });
  expect(signedIn).toEqual([]);
  expect(await mailerFor(`${sink.url}?tls.rejectUnauthorized=false`).send(await message())).toMatchObject({
    kind: "accepted",
  });
});

test("a relay that is away is tried again", async () => {
  const gone = await startSmtp();
  await gone.close();
  expect(await mailerFor(gone.url).send(await message())).toMatchObject({
    kind: "retry",
    scope: "relay",
    inDoubt: false,
    reason: "The mail relay refused the connection.",
  });
});

test("a relay that never greets is given up after the greeting timeout", async () => {
  const silent = opened(await startTcp(() => {}));
  const mailer = mailerFor(silent.url, { timeouts: { greeting: 100 } });
  expect(await mailer.send(await message())).toMatchObject({
    kind: "retry",
    scope: "relay",
    reason: "The mail relay did not answer in time.",
  });
});

/** Speaks SMTP up to the answers that `script` gives; null is silence, undefined closes the line. */
const conversation = (script: (line: string) => string | null | undefined) =>
  startTcp((socket) => {
    let body = false;
    let rest = "";
    const reply = (line: string) => {
      const said = script(line);
      if (said === undefined) socket.destroy();
      else if (said !== null) socket.write(`${said}\r\n`);
    };
    socket.write("220 relay.example\r\n");
    socket.on("data", (data) => {
      rest += String(data);
      while (rest.includes("\r\n")) {
        const line = rest.slice(0, rest.indexOf("\r\n"));
        rest = rest.slice(line.length + 2);
        if (!body) {
          body = line === "DATA";
          reply(line);
        } else if (line === ".") {
          body = false;
          reply(line);
        }
      }
    });
  });

const polite = (line: string) => (line === "DATA" ? "354 go on" : "250 fine");

// A busy machine takes its time to connect and to greet; what is waited for here is their sum.
const PATIENT = { connect: 1_000, greeting: 1_000, command: 10 };

test("a relay that falls silent before the message is given up after the command timeout", async () => {
  const relay = opened(await conversation((line) => (line.startsWith("RCPT") ? null : polite(line))));
  const mailer = mailerFor(relay.url, { timeouts: PATIENT });
  expect(await mailer.send(await message())).toMatchObject({
    kind: "retry",
    scope: "relay",
    inDoubt: false,
    code: "EABORT",
  });
});

test("a relay that falls silent after it refused a message does not hold up what it said, nor the next message", async () => {
  let refused = false;
  const relay = opened(
    await conversation((line) => {
      if (line === "RSET") return null;
      if (!line.startsWith("RCPT") || refused) return polite(line);
      refused = true;
      return "550 5.1.1 No such user";
    }),
  );
  const mailer = mailerFor(relay.url, { timeouts: PATIENT });
  expect(await mailer.send(await message())).toMatchObject({ kind: "refused", suppress: true });
  expect(await mailer.send(await message())).toMatchObject({ kind: "accepted" });
});

test("silence after the final dot outlasts the other timeouts, and then leaves the delivery in doubt", async () => {
  const relay = opened(await conversation((line) => (line === "." ? null : polite(line))));
  const mailer = mailerFor(relay.url, { timeouts: { ...PATIENT, finalDot: 3_000 } });
  expect(await mailer.send(await message())).toMatchObject({
    kind: "retry",
    scope: "relay",
    inDoubt: true,
    code: "ETIMEDOUT",
  });
});

test("a connection dropped after the final dot is in doubt, and the mailer does not send again by itself", async () => {
  let dots = 0;
  const relay = opened(
    await conversation((line) => {
      if (line !== ".") return polite(line);
      dots++;
      return undefined;
    }),
  );
  expect(await mailerFor(relay.url).send(await message())).toMatchObject({
    kind: "retry",
    scope: "relay",
    inDoubt: true,
    reason: "The connection to the mail relay was lost.",
  });
  expect(dots).toBe(1);
});

test("a connection dropped before the message is not in doubt", async () => {
  const relay = opened(await conversation((line) => (line.startsWith("RCPT") ? undefined : polite(line))));
  expect(await mailerFor(relay.url).send(await message())).toMatchObject({
    kind: "retry",
    scope: "relay",
    inDoubt: false,
  });
});

test("an idle connection that the relay has closed costs the next message nothing", async () => {
  let connections = 0;
  const relay = opened(
    await startTcp((socket) => {
      connections++;
      let body = false;
      socket.write("220 relay.example\r\n");
      socket.on("data", (data) => {
        const text = String(data);
        if (text === "DATA\r\n") {
          body = true;
          socket.write("354 go on\r\n");
        } else if (!body) socket.write("250 fine\r\n");
        else if (text.endsWith("\r\n.\r\n")) {
          body = false;
          socket.write("250 2.0.0 queued\r\n");
          socket.end();
        }
      });
    }),
  );
  const mailer = mailerFor(relay.url, { maxConnections: 1 });
  for (let at = 0; at < 3; at++) expect(await mailer.send(await message())).toMatchObject({ kind: "accepted" });
  expect(connections).toBe(3);
});

test("a connection that says goodbye as the next message begins costs that message nothing, a new one that does is busy", async () => {
  const envelopes: number[] = [];
  let isBusy = false;
  const relay = opened(
    await conversation((line) => {
      if (line.startsWith("EHLO")) envelopes.push(0);
      if (!line.startsWith("MAIL")) return polite(line);
      const said = (envelopes.at(-1) ?? 0) + 1;
      envelopes[envelopes.length - 1] = said;
      return isBusy || said > 1 ? "421 4.4.2 Enough for this connection" : "250 fine";
    }),
  );
  const mailer = mailerFor(relay.url, { maxConnections: 1 });
  for (let at = 0; at < 3; at++) expect(await mailer.send(await message())).toMatchObject({ kind: "accepted" });
  expect(envelopes).toEqual([2, 2, 1]);
  isBusy = true;
  expect(await mailer.send(await message())).toMatchObject({ kind: "retry", scope: "relay", code: "421 4.4.2" });
  expect(envelopes).toEqual([2, 2, 2, 1]);
});

/** A relay that takes envelopes in one piece; `answers` are to what each piece says, and every piece is kept. */
async function pipelining(answers: (commands: readonly string[]) => string[] | undefined) {
  const pieces: string[] = [];
  const relay = opened(
    await startTcp((socket) => {
      let body = "";
      let inBody = false;
      socket.write("220 relay.example\r\n");
      socket.on("data", (data) => {
        const piece = String(data);
        if (inBody) {
          body += piece;
          inBody = !body.endsWith("\r\n.\r\n");
          if (!inBody) socket.write("250 taken\r\n");
          return;
        }
        pieces.push(piece);
        const said = piece.startsWith("EHLO")
          ? ["250-relay.example", "250-SMTPUTF8", "250 PIPELINING"]
          : answers(piece.split("\r\n").slice(0, -1));
        if (!said) return socket.end();
        inBody = said.at(-1)?.startsWith("354") ?? false;
        body = "";
        socket.write(said.map((line) => `${line}\r\n`).join(""));
      });
    }),
  );
  return { pieces, url: relay.url };
}

test("a relay that offers pipelining gets an envelope in one piece, and of several answers the first refusal counts", async () => {
  const refused: Record<string, string[]> = {
    "gone@acme.example": ["250 fine", "550 5.1.1 No such user", "503 5.5.1 No recipients"],
    "full@acme.example": ["250 fine", "452 4.2.2 Mailbox full", "554 5.5.1 No valid recipients"],
    "late@acme.example": ["451 4.3.0 Later", "503 5.5.1 No sender", "503 5.5.1 No recipients"],
  };
  const relay = await pipelining((commands) => {
    const to = /<(.*)>/.exec(commands[1] ?? "")?.[1] ?? "";
    return commands[0] === "RSET" ? ["250 fine"] : (refused[to] ?? ["250 fine", "250-well\r\n250 fine", "354 go on"]);
  });
  const mailer = mailerFor(relay.url, { maxConnections: 1 });
  const outcomes = [];
  for (const to of ["a", "gone", "full", "late", "b"])
    outcomes.push(await mailer.send(await message(`${to}@acme.example`)));
  expect(outcomes).toMatchObject([
    { kind: "accepted", response: "250 taken" },
    { kind: "refused", suppress: true, code: "550 5.1.1" },
    { kind: "retry", scope: "recipient", code: "452 4.2.2" },
    { kind: "retry", scope: "relay", code: "451 4.3.0" },
    { kind: "accepted" },
  ]);
  expect(relay.pieces.filter((piece) => piece.startsWith("MAIL"))).toEqual(
    ["a", "gone", "full", "late", "b"].map(
      (to) => `MAIL FROM:<no-reply@portico.example>\r\nRCPT TO:<${to}@acme.example>\r\nDATA\r\n`,
    ),
  );
  expect(relay.pieces.filter((piece) => piece.startsWith("EHLO"))).toHaveLength(1);
});

test("a relay that asks for the message of a recipient whom it has refused gets none", async () => {
  const relay = await pipelining((commands) =>
    commands[1]?.includes("gone") ? ["250 fine", "550 5.1.1 No such user", "354 go on"] : ["250 a", "250 b", "354 c"],
  );
  const mailer = mailerFor(relay.url, { maxConnections: 1 });
  expect(await mailer.send(await message("gone@acme.example"))).toMatchObject({ kind: "refused", suppress: true });
  expect(await mailer.send(await message())).toMatchObject({ kind: "accepted" });
  expect(relay.pieces.map((piece) => piece.slice(0, 4))).toEqual(["EHLO", "MAIL", "EHLO", "MAIL"]);
});

test("a relay hears of letters beyond ASCII, also when they stand in the message's head alone", async () => {
  const relay = await pipelining(() => ["250 a", "250 b", "354 c"]);
  const mailer = mailerFor(relay.url);
  const head = await composeMessage({
    to: { name: "Jane", address: "jane@acme.example" },
    from: { name: "Northwind", address: "büro@portico.example" },
    envelopeFrom: "bounces@portico.example",
    messageId: `<${randomUUID()}@portico.example>`,
    subject: "Hello",
    text: "Hello",
    html: "<p>Hello</p>",
  });
  expect(await mailer.send(head)).toMatchObject({ kind: "accepted" });
  expect(await mailer.send(await message("josé@acme.example"))).toMatchObject({ kind: "accepted" });
  expect(await mailer.send(await message())).toMatchObject({ kind: "accepted" });
  expect(relay.pieces.slice(1)).toEqual([
    "MAIL FROM:<bounces@portico.example> SMTPUTF8\r\nRCPT TO:<jane@acme.example>\r\nDATA\r\n",
    "MAIL FROM:<no-reply@portico.example> SMTPUTF8\r\nRCPT TO:<josé@acme.example>\r\nDATA\r\n",
    "MAIL FROM:<no-reply@portico.example>\r\nRCPT TO:<jane@acme.example>\r\nDATA\r\n",
  ]);
});

test("what is no answer, or does not end, is taken for none", async () => {
  for (const nonsense of ["hello there\r\n", "250-fine\r\n".repeat(10_000)]) {
    const relay = opened(
      await startTcp((socket) => {
        socket.write("220 relay.example\r\n");
        socket.on("data", (data) => socket.write(String(data).startsWith("EHLO") ? "250 fine\r\n" : nonsense));
      }),
    );
    expect(await mailerFor(relay.url).send(await message())).toMatchObject({
      kind: "retry",
      scope: "relay",
      inDoubt: false,
      reason: "The mail relay answered in a way we do not understand.",
    });
  }
});

test("no outcome repeats the message, its link or its recipient, whatever the server quotes", async () => {
  const quoting: SmtpScript = {
    onData: ({ raw }) => `554 5.6.0 ${String(raw).replaceAll(/\s+/g, " ").slice(0, 4000)} jane@acme.example`,
  };
  const { mailer } = await scripted(quoting);
  const outcome = JSON.stringify(await mailer.send(await message()));
  expect(outcome).not.toMatch(/Qm7Xw1vK2f8T|jane|\/l\//);
});

test("one refused message does not cost the others their connection", async () => {
  const { sink, mailer } = await scripted({
    onRcpt: (address) => (address.startsWith("gone") ? "550 5.1.1 No such user" : undefined),
  });
  const addresses = ["a@acme.example", "gone@acme.example", "b@acme.example", "gone2@acme.example", "c@acme.example"];
  const outcomes = await Promise.all(addresses.map(async (address) => mailer.send(await message(address))));
  expect(outcomes.map(({ kind }) => kind)).toEqual(["accepted", "refused", "accepted", "refused", "accepted"]);
  expect(sink.messages.flatMap(({ to }) => to).sort()).toEqual(["a@acme.example", "b@acme.example", "c@acme.example"]);
});

test("closing lets what is in flight arrive first", async () => {
  const { sink, mailer } = await scripted({});
  const sending = Promise.all(
    Array.from({ length: 20 }, async (_, at) => mailer.send(await message(`c${at}@acme.example`))),
  );
  await Promise.all(Array.from({ length: 20 }, () => message()));
  await mailer.close();
  expect((await sending).every(({ kind }) => kind === "accepted")).toBe(true);
  expect(sink.messages).toHaveLength(20);
});

test.each(["\r\n.\r\nMAIL FROM:<x@b.example>\r\n", "\n.\nQUIT\n", "\r.\rQUIT\r", "no line end", ".\r\n"])(
  "a message that looks like its own end arrives whole: %j",
  async (evil) => {
    const { sink, mailer } = await scripted({});
    const whole = await message();
    const raw = Buffer.concat([whole.raw, Buffer.from(evil)]);
    expect(await mailer.send({ ...whole, raw })).toMatchObject({ kind: "accepted" });
    expect(await mailer.send(whole)).toMatchObject({ kind: "accepted" });
    const lines = (some: Buffer | undefined) => String(some).replace(/\r\n?/g, "\n").trimEnd();
    expect(sink.messages.map((one) => lines(one.raw))).toEqual([lines(raw), lines(whole.raw)]);
  },
);
