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
      kind: "refused" /** Never send to this address again. */;
      suppress: boolean;
      reason: string;
      code: string | null;
      response: string | null;
    }
  | { kind: "sender"; reason: string; code: string | null; response: string | null };
