// What a mail server's answer means for the e-mail, the recipient and the sender.

/** What became of one attempt. `reason` is for the screen; `code` and `response` are the server's own, without links or addresses. */
export type Outcome =
  | { kind: "accepted"; response: string }
  | {
      kind: "retry";
      /** `recipient`: this mailbox or its server; `relay`: our own relay, which every e-mail would meet. */
      scope: "recipient" | "relay";
      /** The whole message had been handed over when the connection was lost: it may have been delivered. */
      inDoubt: boolean;
      reason: string;
      code: string | null;
      response: string | null;
    }
  | {
      kind: "refused";
      /** The address does not exist: never send to it again for this agency. */
      suppress: boolean;
      reason: string;
      code: string | null;
      response: string | null;
    }
  | {
      /** The trouble is ours: the agency's sending pauses, no attempt is spent, nobody is suppressed. */
      kind: "sender";
      /** `recipient`: it was said of this message or to this recipient, and another may well get his; `relay`: everybody would hear it. */
      scope: "recipient" | "relay";
      reason: string;
      code: string | null;
      response: string | null;
    };

/** The outcome of an e-mail whose address `composeMessage` refused (AddressRefused): nothing was sent. */
export const ADDRESS_REFUSED: Outcome = {
  kind: "refused",
  suppress: false,
  reason: "This is not an address that mail can be sent to.",
  code: null,
  response: null,
};

/** The parts of a nodemailer error that say what happened. */
export interface SendError {
  code?: string | undefined;
  originalCode?: string | undefined;
  timeoutType?: string | undefined;
  /** The SMTP command that was answered: `CONN`, `EHLO`, `AUTH …`, `MAIL FROM`, `RCPT TO`, `DATA`. */
  command?: string | undefined;
  response?: string | undefined;
  responseCode?: number | undefined;
}

interface Answer {
  basic: number;
  /** RFC 3463 code such as `5.1.1`, only when its class agrees with the basic code. */
  enhanced: string;
  stage: "connect" | "auth" | "sender" | "recipient" | "data";
  /** It answered our wish for an encrypted connection. */
  tls: boolean;
}

const RESPONSE_LENGTH = 300;
// Of what is longer the rest is not looked at: the time that this takes grows with the square of a word's length, and a report that
// comes back may hold megabytes of anybody's words.
const READ_LENGTH = 1_000;

/** A server's answer without what it may quote of the message: links, addresses, tokens; one line of at most 300 characters. */
export function redacted(response: string): string {
  return beginning(response.slice(0, 100 * READ_LENGTH).replace(/[\p{Cc}\s]+/gu, " "))
    .replace(/\b[a-z][a-z0-9+.-]*:\/\/\S*/gi, "(link)")
    .replace(/\S*\/l\/\S+/g, "(link)")
    .replace(/[^\s<>()[\],;:"']+@[^\s<>()[\],;:"']+/g, "(address)")
    .replace(/[\w-]{43,}/g, "(token)")
    .replace(/\b\d{6}\b/g, "(number)")
    .trim()
    .slice(0, RESPONSE_LENGTH);
}

// Whole words alone: half a link or token would be taken for something else.
function beginning(text: string): string {
  if (text.length <= READ_LENGTH) return text;
  return text.slice(0, Math.max(0, text.lastIndexOf(" ", READ_LENGTH)));
}

function stageOf(command = ""): Answer["stage"] {
  if (/^AUTH/i.test(command)) return "auth";
  if (/^MAIL/i.test(command)) return "sender";
  if (/^RCPT/i.test(command)) return "recipient";
  if (/^DATA/i.test(command)) return "data";
  return "connect";
}

function answerOf(error: SendError): Answer | null {
  const basic = error.responseCode ?? Number(/^([245]\d\d)[ -]/.exec(error.response ?? "")?.[1] ?? 0);
  if (basic < 400 || basic > 599) return null;
  const said = /^\d{3}[ -]\s*(\d\.\d{1,3}\.\d{1,3})\b/.exec(error.response ?? "")?.[1] ?? "";
  const enhanced = said.startsWith(String(basic)[0] ?? "") ? said : "";
  return {
    basic,
    enhanced,
    stage: error.code === "EAUTH" ? "auth" : stageOf(error.command),
    tls: error.code === "ETLS",
  };
}

// RFC 3463: the last two numbers mean the same in both classes
const REASONS: Record<string, string> = {
  "1.1": "No such address: the server knows no mailbox of that name.",
  "1.2": "No such address: the domain takes no mail.",
  "1.3": "No such address: the server calls it malformed.",
  "1.4": "No such address: it matches more than one mailbox.",
  "1.6": "No such address: the mailbox has moved.",
  "1.10": "No such address: the domain takes no mail.",
  "2.1": "The mailbox is switched off.",
  "2.2": "The mailbox is full.",
  "2.3": "The message is too long for the mailbox.",
  "3.1": "The recipient's mail system is full.",
  "3.2": "The recipient's mail system takes no mail now.",
  "3.4": "The message is too big for the recipient's mail system.",
  "4.1": "The recipient's mail server does not answer.",
  "4.4": "The recipient's mail server could not be found.",
  "4.7": "The recipient's mail server could not be reached in time.",
};
const LATER = " The server asked us to try later.";

const basicReasons: Record<number, string> = {
  421: "The mail server is busy and closed the connection.",
  450: "The mailbox is not available now.",
  451: "The mail server had an error of its own.",
  452: "The mail server has no room now.",
  550: "The server does not take mail for this address.",
  551: "The mailbox is not on this server.",
  552: "The mailbox is full.",
  553: "The server does not accept this address.",
  554: "The server refused the message.",
};

function reasonFor({ basic, enhanced }: Answer): string {
  const detail = enhanced.slice(2);
  const known = REASONS[detail] ?? (detail.startsWith("1.") ? "No such address." : undefined);
  const words =
    known ??
    basicReasons[basic] ??
    (basic < 500 ? "The mail server could not take the message." : "The server refused the message.");
  return basic < 500 ? words + LATER : words;
}

const NO_TLS = "No secure connection to the mail relay could be made.";

const senderReason = ({ stage, basic, tls }: Answer): string => {
  if (tls) return NO_TLS;
  if (stage === "auth" || basic === 530 || basic === 535) return "The mail relay did not accept our sign-in.";
  if (stage === "connect") return "The mail relay does not accept mail from this server.";
  if (stage === "sender") return "The mail relay does not accept our sender address.";
  return "The mail server does not accept mail from us, by its own policy.";
};

// 5.1.7 and 5.1.8 speak of the sender's address, not of the recipient's (RFC 3463)
const isSendersTrouble = ({ basic, enhanced, stage }: Answer) =>
  basic >= 500 &&
  (stage === "auth" ||
    stage === "connect" ||
    basic === 530 ||
    basic === 535 ||
    enhanced.startsWith("5.7.") ||
    enhanced === "5.1.7" ||
    enhanced === "5.1.8" ||
    (stage === "sender" && !/^5\.(3\.4|2\.3)$/.test(enhanced) && basic !== 552));

const senderScope = ({ basic, enhanced, stage }: Answer) =>
  (stage === "recipient" || stage === "data") && enhanced.startsWith("5.7.") && basic !== 530 && basic !== 535
    ? "recipient"
    : "relay";

// what a relay says about itself comes before RCPT, closes the session (421), or concerns its own system (RFC 3463 x.3)
const isRelaysTrouble = ({ basic, enhanced, stage }: Answer) =>
  stage === "connect" ||
  stage === "auth" ||
  stage === "sender" ||
  basic === 421 ||
  /^[45]\.3\./.test(enhanced) ||
  (enhanced === "" && (basic === 451 || basic === 452));

function outcomeOfAnswer(answer: Answer, response: string | null): Outcome {
  const code = [answer.basic, answer.enhanced].join(" ").trim();
  // 503 says that the session was in the wrong state, not that the message was refused
  if (answer.basic < 500 || answer.basic === 503) {
    const scope = answer.basic === 503 || isRelaysTrouble(answer) ? "relay" : "recipient";
    return { kind: "retry", scope, inDoubt: false, reason: reasonFor(answer), code, response };
  }
  if (isSendersTrouble(answer))
    return { kind: "sender", scope: senderScope(answer), reason: senderReason(answer), code, response };
  return { kind: "refused", suppress: answer.enhanced.startsWith("5.1."), reason: reasonFor(answer), code, response };
}

const NETWORK: Record<string, string> = {
  ECONNREFUSED: "The mail relay refused the connection.",
  ECONNECTION: "The connection to the mail relay was lost.",
  ETIMEDOUT: "The mail relay did not answer in time.",
  EABORT: "The mail relay did not answer in time.",
  EDNS: "The mail relay's name could not be found.",
  ENOTFOUND: "The mail relay's name could not be found.",
  ETLS: NO_TLS,
  EPROTOCOL: "The mail relay answered in a way we do not understand.",
};

// Node.js names a certificate's fault by OpenSSL's code.
const isCertificates = (code = "") => /CERT|^UNABLE_TO_|^ERR_TLS_|^ERR_SSL_/.test(code);

/**
 * What a failed attempt means. 4xx, network and timeouts are tried again; 5.1.x is final and suppresses the address; 5.7.x,
 * sign-in errors and a refused sender are the sender's trouble; any other 5xx is final for this e-mail alone (rules.md §6).
 * `handedOver`: every byte of the message had been written, so a lost connection leaves its delivery in doubt.
 */
export function outcomeOf(error: SendError, handedOver = false): Outcome {
  const response = error.response ? redacted(error.response) : null;
  const answer = answerOf(error);
  if (answer) return outcomeOfAnswer(answer, response);
  const lost = { code: error.code ?? null, response };
  if (error.code === "EAUTH" || error.code === "ENOAUTH" || error.code === "EOAUTH2") {
    return { kind: "sender", scope: "relay", reason: "The mail relay did not accept our sign-in.", ...lost };
  }
  if (error.code === "EENVELOPE" || error.code === "EMESSAGE") {
    return {
      kind: "refused",
      suppress: false,
      reason: "The mail relay cannot carry a message to this address.",
      ...lost,
    };
  }
  const network = NETWORK[error.originalCode ?? ""] ?? NETWORK[error.code ?? ""];
  const reason = isCertificates(error.originalCode) ? NO_TLS : (network ?? "The mail relay could not be reached.");
  return { kind: "retry", scope: "relay", inDoubt: handedOver, reason, ...lost };
}
