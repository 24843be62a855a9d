// Reads what comes back after the relay took a message: delivery reports (RFC 3464) and complaints (RFC 5965), nothing else.
import { redacted } from "./answers.ts";

/**
 * What a report says. `hard`: the address does not exist; `soft`: this message did not arrive, the address may well take the next;
 * `late`: the recipient's server has not taken it yet; `complaint`: the recipient called it spam. `response` names no address and no link.
 */
export type BounceReport = {
  kind: "hard" | "soft" | "late" | "complaint";
  /** The enhanced status code (RFC 3463), such as `5.1.1`. */
  code: string | null;
  response: string | null;
};

/**
 * The kind of a delivery that failed with a status: 5.1.x is final for the address (rules.md §6), all else for the message alone, and
 * so are 5.1.7 and 5.1.8, which speak of the sender's address (RFC 3463).
 */
export const kindOfFailure = (code: string | null): "hard" | "soft" =>
  code?.startsWith("5.1.") && code !== "5.1.7" && code !== "5.1.8" ? "hard" : "soft";

type Fields = Record<string, string>;

/** The report in a message, or undefined when it is none: an answer, an out-of-office note, a report of success. Throws nothing. */
export async function readBounceReport(raw: Buffer): Promise<BounceReport | undefined> {
  // 25 MB that most processes never need
  const { simpleParser } = await import("mailparser");
  const mail = await simpleParser(raw, { skipHtmlToText: true, skipTextToHtml: true, skipImageLinks: true }).catch(
    () => undefined,
  );
  const header = mail?.headers.get("content-type");
  if (!mail || typeof header !== "object" || !("value" in header) || header.value !== "multipart/report")
    return undefined;
  const feedback = mail.attachments.find(({ contentType }) => contentType === "message/feedback-report");
  if (feedback) return ofFeedback(fieldsOf(feedback.content.toString("utf8")));
  // the parser takes the part with the status for text, and puts it after the words for people
  return ofStatus(mail.text ?? "");
}

// Fields as in a header: folded lines belong to the one before, names have no case.
function fieldsOf(text: string): Fields {
  const fields: Fields = {};
  for (const line of text.replace(/\r?\n[ \t]+/g, " ").split(/\r?\n/)) {
    const [, name = "", value = ""] = /^([A-Za-z-]+):\s*(.*)$/.exec(line) ?? [];
    if (name) fields[name.toLowerCase()] ??= value.trim();
  }
  return fields;
}

const ofFeedback = (fields: Fields): BounceReport | undefined =>
  /^(abuse|fraud|virus)$/i.test(fields["feedback-type"] ?? "")
    ? { kind: "complaint", code: null, response: null }
    : undefined;

// The first block speaks of the message, each further one of a recipient; ours have one.
function ofStatus(text: string): BounceReport | undefined {
  const fields = text
    .split(/\r?\n[ \t]*\r?\n/)
    .map(fieldsOf)
    .findLast((block) => block["action"] && block["final-recipient"]);
  if (!fields) return undefined;
  const code = /\b([245]\.\d{1,3}\.\d{1,3})\b/.exec(fields["status"] ?? "")?.[1] ?? null;
  const response = redacted((fields["diagnostic-code"] ?? "").replace(/^[\w.-]+\s*;\s*/, "")) || null;
  const action = (fields["action"] ?? "").toLowerCase().trim();
  if (action === "delayed") return { kind: "late", code, response };
  if (action !== "failed") return undefined;
  return { kind: kindOfFailure(code), code, response };
}
