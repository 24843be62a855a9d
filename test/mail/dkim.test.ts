// Signatures: what they cover, that a receiver's own software accepts them, and that ours and theirs agree on what was changed.
import { createPrivateKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { dkimVerify } from "mailauth/lib/dkim/verify.js";
import { expect, test } from "vitest";
import { composeMessage, type MessageParts } from "../../src/mail/compose.ts";
import { NotSigned, readSignature, signMessage, verifyMessage } from "../../src/mail/dkim.ts";
import { makeDkimKey } from "../../src/models/dkim-keys.ts";

const pem = (der: Buffer) =>
  createPrivateKey({ key: der, format: "der", type: "pkcs8" }).export({ format: "pem", type: "pkcs8" }).toString();

const keys = await makeDkimKey();
const dkim = { domain: "northwind.example", selector: "portico1", privateKey: pem(keys.privateKey) };

const message = (parts: Partial<MessageParts> = {}) =>
  composeMessage({
    to: { name: "Zoë Ångström", address: "zoe@acme.example" },
    from: { name: "Nørthwind & Søn", address: "hello@northwind.example" },
    replyTo: { name: "Nora", address: "nora@northwind.example" },
    messageId: "<0f5b4a52-6a52-4a5c-9b39-0f0e2b1a9f11@northwind.example>",
    subject: `Grüße aus dem Norden, ${"sehr ".repeat(40)}lang`,
    text: "Hello  \r\n\r\n. a dot\n.\ntrailing   \n\n\n",
    html: "<p>Hello — ünï</p>\n",
    dkim,
    ...parts,
  });

/** What the receiver's software says, with the record handed to it. */
async function asReceiver(raw: Buffer, publicKey = keys.publicKey): Promise<string> {
  const record = `v=DKIM1; k=rsa; p=${publicKey}`;
  const { results } = await dkimVerify(raw, { resolver: async () => [[record]] });
  // a body that was changed is "neutral" to it
  return results[0]?.status.result === "pass" ? "pass" : "fail";
}

const ours = (raw: Buffer, publicKey = keys.publicKey) => (verifyMessage(raw, publicKey).pass ? "pass" : "fail");

test("a signed message passes at a receiver, and by our own reading", async () => {
  const { raw } = await message();
  expect(await asReceiver(raw)).toBe("pass");
  expect(verifyMessage(raw, keys.publicKey)).toEqual({ pass: true });
});

test("the signature is for the domain in From, relaxed, and covers what people see and machines act on", async () => {
  const { raw } = await message();
  expect(readSignature(raw)).toMatchObject({ domain: "northwind.example", selector: "portico1" });
  expect(readSignature(raw)?.fields.toSorted()).toEqual(
    [
      "auto-submitted",
      "content-type",
      "date",
      "from",
      "message-id",
      "mime-version",
      "reply-to",
      "subject",
      "to",
    ].sort(),
  );
  expect(raw.toString("latin1")).toMatch(/^DKIM-Signature: v=1; a=rsa-sha256; c=relaxed\/relaxed;/);
});

test.each<["pass" | "fail", string, (text: string) => string]>([
  ["pass", "nothing", (text) => text],
  ["fail", "the sender's name", (text) => text.replace(/\r\nFrom: /, "\r\nFrom: X ")],
  ["fail", "the subject", (text) => text.replace(/\r\nSubject: =/, "\r\nSubject: Hi =")],
  ["fail", "Auto-Submitted", (text) => text.replace("auto-generated", "no")],
  ["pass", "a second From in front", (text) => text.replace(/\r\nFrom: /, "\r\nFrom: a@b.example\r\nFrom: ")],
  ["pass", "a field that is not signed", (text) => text.replace("\r\n\r\n", "\r\nX-Seen-By: relay\r\n\r\n")],
  ["fail", "one word of the text", (text) => text.replace("a dot", "a dog")],
  ["pass", "spaces at the end of a line", (text) => text.replace("a dot\r\n", "a dot \t\r\n")],
  ["pass", "empty lines at the end", (text) => `${text}\r\n\r\n\r\n`],
  ["fail", "a line at the end", (text) => `${text}more\r\n`],
  ["pass", "the fold of a signed field", (text) => text.replace(/\r\n (?==\?UTF-8)/, "\r\n\t ")],
])("we and the receiver say %s after a relay changes %s", async (verdict, _what, change) => {
  const { raw } = await message();
  const changed = Buffer.from(change(raw.toString("latin1")), "latin1");
  expect([ours(changed), await asReceiver(changed)]).toEqual([verdict, verdict]);
});

test("the link by which somebody unsubscribes and what makes it one click are covered (RFC 8058 4)", async () => {
  const url = `https://clients.northwind.example/unsubscribe/${"a".repeat(43)}`;
  const { raw } = await message({
    headers: [
      { name: "List-Unsubscribe", value: `<${url}>` },
      { name: "List-Unsubscribe-Post", value: "List-Unsubscribe=One-Click" },
    ],
  });
  expect(readSignature(raw)?.fields).toEqual(expect.arrayContaining(["list-unsubscribe", "list-unsubscribe-post"]));
  expect([ours(raw), await asReceiver(raw)]).toEqual(["pass", "pass"]);
  for (const [from, to] of [
    [url, url.replace("northwind", "northwimd")],
    ["=One-Click", "=Two-Clicks"],
  ] as const) {
    const changed = Buffer.from(raw.toString("latin1").replace(from, to), "latin1");
    expect([ours(changed), await asReceiver(changed)]).toEqual(["fail", "fail"]);
  }
});

test("another key, a cut key and no key fail", async () => {
  const { raw } = await message();
  const other = await makeDkimKey();
  expect([ours(raw, other.publicKey), await asReceiver(raw, other.publicKey)]).toEqual(["fail", "fail"]);
  expect(verifyMessage(raw, keys.publicKey.slice(0, 100))).toMatchObject({ pass: false });
  expect(verifyMessage(raw, "")).toMatchObject({ pass: false });
  const unsigned = await message({ dkim: undefined });
  expect(verifyMessage(unsigned.raw, keys.publicKey)).toEqual({ pass: false, why: "The message is not signed." });
});

test("a message is never passed on unsigned because its key is no good", async () => {
  const { raw } = await message({ dkim: undefined });
  await expect(signMessage(raw, { ...dkim, privateKey: "-----BEGIN PRIVATE KEY-----\nAAAA\n" })).rejects.toThrow(
    NotSigned,
  );
});

test("a key signs for the domain in From alone", async () => {
  await expect(message({ from: { name: "", address: "hello@rivermark.example" } })).rejects.toThrow(TypeError);
});

test("a key has 2048 bits, and its public half is what a record holds", async () => {
  const made: KeyObject = createPrivateKey({ key: keys.privateKey, format: "der", type: "pkcs8" });
  expect(made.asymmetricKeyDetails?.modulusLength).toBe(2048);
  expect(Buffer.from(keys.publicKey, "base64")).toHaveLength(294);
  const { publicKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "der" },
    privateKeyEncoding: { type: "pkcs8", format: "der" },
  });
  expect(publicKey.toString("base64")).not.toBe(keys.publicKey);
});
