// The words of a template: the product's own, the checks that an agency's must pass, and what they are read into for rendering.
import {
  LINK_SECONDS,
  type Piece,
  readText,
  TEXT_BYTES,
  type TextFault,
  TOO_LONG,
  type ValueUse,
  writeText,
} from "./custom-values.ts";
import { type Block, type Placed, readBody } from "./template-markdown.ts";

/** The e-mails of the product whose words an agency may change. */
export type TemplateKind = "invite" | "login-email" | "reset-password" | "confirm-email";

export type TemplateFields = {
  subject: string;
  preheader: string;
  heading: string;
  body: string;
  button: string;
  footer: string;
};

export type TemplateField = keyof TemplateFields;

/** A line cut at its values. */
export type Line = (string | Placed)[];

/**
 * A template as it is rendered. `uses` are its values in the order of their numbers. `link` is there when a message of it carries
 * one, with where it leads and for how long; in an e-mail of the product the message's own link takes its place.
 */
export type TemplateWords = {
  subject: Line;
  preheader: Line;
  heading: Line;
  blocks: Block[];
  button: Line;
  footer: Line;
  uses: ValueUse[];
  link: { to: string; seconds: number } | undefined;
};

export const templateKinds: readonly TemplateKind[] = ["invite", "login-email", "reset-password", "confirm-email"];

export const templateNames: Record<TemplateKind, string> = {
  invite: "Invite",
  "login-email": "Login email",
  "reset-password": "Password reset",
  "confirm-email": "New email address",
};

const HELLO = 'Hi {{ contact.first_name | default: "there" }},';

/** The product's own words of each kind: what goes out until an agency saves others, and what it begins with then. */
export const defaultFields: Record<TemplateKind, TemplateFields> = {
  invite: {
    subject: "{{ portal.name }} invited you to your client portal",
    preheader: "Reports, invoices and files, in one place.",
    heading: "Your client portal is ready",
    body: `${HELLO}

{{ portal.name }} has set up a client portal for {{ contact.company | default: "you" }}. Your reports, invoices and shared files are there.

{{ portal.login_button }}

The button works until **{{ link.expires_at }}**. After that you can open it and ask for a new one.`,
    button: "Accept the invite",
    footer: "Did not expect this? You can ignore it: nothing happens until someone accepts.",
  },
  "login-email": {
    subject: "Your sign-in button for {{ portal.name }}",
    preheader: "One button, no password needed.",
    heading: "Sign in to your client portal",
    body: `${HELLO}

Use the button to go straight in. You do not need your password.

{{ portal.login_button }}

It works once, until **{{ link.expires_at }}**. Keep this email to yourself: the button signs in as you.`,
    button: "Sign in to {{ portal.name }}",
    footer: "If you did not expect it, reply and tell us.",
  },
  "reset-password": {
    subject: "Choose a new password for {{ portal.name }}",
    preheader: "Use the button to choose a new password.",
    heading: "Choose a new password",
    body: `${HELLO}

Use the button to choose a new password for your client portal. You are then signed out everywhere else.

{{ portal.login_button }}

It works once, for **{{ link.expires_in }}**.`,
    button: "Choose a new password",
    footer: "If it was not you, ignore this email: your password stays as it is.",
  },
  "confirm-email": {
    subject: "Confirm your new email address for {{ portal.name }}",
    preheader: "The address changes once you confirm it.",
    heading: "Confirm your new email address",
    body: `${HELLO}

Use the button to sign in to the portal of {{ portal.name }} with {{ contact.email }} from now on.

{{ portal.login_button }}

It works once, for **{{ link.expires_in }}**. You are then signed out everywhere else.`,
    button: "Confirm this address",
    footer: "If it was not you, ignore this email: nothing changes.",
  },
};

/** What an agency's own template begins with. */
export const newTemplateFields: TemplateFields = {
  subject: "News from {{ portal.name }}",
  preheader: "",
  heading: "There is something new for you",
  body: `${HELLO}

Write here what is new.

{{ portal.login_button }}`,
  button: "Open your portal",
  footer: "",
};

export const fieldLengths: Record<Exclude<TemplateField, "body">, number> = {
  subject: 200,
  preheader: 200,
  heading: 200,
  button: 80,
  footer: 600,
};

const fieldWords: Record<TemplateField, string> = {
  subject: "the subject",
  preheader: "the preview line",
  heading: "the heading",
  body: "the body",
  button: "the button",
  footer: "the footer",
};

const required: Partial<Record<TemplateField, string>> = {
  subject: "Write a subject.",
  heading: "Write a heading.",
  body: "Write what the email says.",
};

/** The fields as they are kept, with aliases rewritten, and what they are read into; or what is wrong in each field, in words. */
export type ReadTemplate =
  | { fields: TemplateFields; words: TemplateWords; errors?: undefined }
  | { errors: Partial<Record<TemplateField, string>>; fields?: undefined };

/** Checks the fields of a template of `kind`, or of the agency's own without one, and reads them. */
export function readTemplate(typed: TemplateFields, kind: TemplateKind | undefined): ReadTemplate {
  const bytes = Object.values(typed).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (bytes > TEXT_BYTES) return { errors: { body: TOO_LONG } };
  const reader = new TemplateReader(typed, kind);
  const words = reader.read();
  return Object.keys(reader.errors).length > 0 ? { errors: reader.errors } : { fields: reader.fields, words };
}

class TemplateReader {
  readonly typed: TemplateFields;
  readonly kind: TemplateKind | undefined;
  readonly fields: TemplateFields = { subject: "", preheader: "", heading: "", body: "", button: "", footer: "" };
  readonly errors: Partial<Record<TemplateField, string>> = {};
  readonly uses: ValueUse[] = [];

  constructor(typed: TemplateFields, kind: TemplateKind | undefined) {
    this.typed = typed;
    this.kind = kind;
  }

  read(): TemplateWords {
    const [subject, preheader, heading] = [this.#line("subject"), this.#line("preheader"), this.#line("heading")];
    const blocks = this.#body();
    const [button, footer] = [this.#line("button"), this.#line("footer")];
    const placed = this.uses.some(({ kind }) => kind === "button");
    const words = { subject, preheader, heading, blocks, button, footer, uses: this.uses, link: this.#link() };
    if (placed && button.length === 0) this.#refuse("button", "Write what the button says.");
    // a button without a place stands at the end
    if (!placed && button.length > 0) blocks.push({ button: true });
    return words;
  }

  #refuse(field: TemplateField, ...messages: string[]): void {
    if (messages.length > 0) this.errors[field] ??= messages.slice(0, 3).join(" ");
  }

  #pieces(field: TemplateField, text: string): Piece[] {
    const { pieces, faults } = readText(text);
    this.#refuse(field, ...faults.map((fault) => faultWords(fault, text)));
    this.fields[field] = writeText(pieces);
    if (text.trim() === "" && required[field]) this.#refuse(field, required[field]);
    return pieces;
  }

  #line(field: Exclude<TemplateField, "body">): Line {
    const text = oneLine(this.typed[field]);
    if (Array.from(text).length > fieldLengths[field])
      this.#refuse(field, `Use ${fieldLengths[field]} characters or fewer.`);
    return this.#pieces(field, text).map((piece) => {
      if (typeof piece === "string") return piece;
      if (piece.kind !== "text")
        this.#refuse(field, `A link cannot stand in ${fieldWords[field]}. Put ${piece.value} into the body.`);
      return { use: this.uses.push(piece) - 1 };
    });
  }

  #body(): Block[] {
    const text = lines(this.typed.body);
    const pieces = this.#pieces("body", text);
    const { blocks, faults } = readBody(pieces, this.uses);
    this.#refuse("body", ...faults.map((fault) => faultWords(fault, text)));
    return blocks;
  }

  #link(): TemplateWords["link"] {
    const links = this.uses.filter(({ kind }) => kind !== "text");
    const [first] = links;
    const label = this.fields.button !== "";
    if (this.kind) {
      const optioned = links.find(({ to, ttl }) => to !== undefined || ttl !== undefined);
      if (optioned)
        this.#refuse(
          "body",
          `Line ${optioned.line}: the link of this email is set where it is sent, so to and ttl cannot stand here.`,
        );
      if (!first && !label) this.#refuse("button", "Without a button or {{ portal.login_url }} nobody could get in.");
    }
    if (links.some(({ to, ttl }) => to !== first?.to || ttl !== first?.ttl))
      this.#refuse("body", "One email carries one link: give its custom values the same to and ttl.");
    if (!first && !label) {
      const orphan = this.uses.find(({ value }) => value.startsWith("link."));
      if (orphan) this.#refuse("body", `${orphan.value} needs a link: add a button or {{ portal.login_url }}.`);
      return undefined;
    }
    return { to: first?.to ?? "/", seconds: first?.ttl ?? LINK_SECONDS };
  }
}

const faultWords = ({ line, message }: TextFault, text: string) =>
  text.includes("\n") ? `Line ${line}: ${message}` : message;

// Control characters, marks that turn the reading direction around, and the two that hold a value's place.
const UNSEEN = /[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069\uFEFF\uE000\uE001]/gu;

const oneLine = (text: string) => text.normalize("NFC").replace(UNSEEN, " ").replace(/\s+/gu, " ").trim();

const lines = (text: string) =>
  text
    .normalize("NFC")
    .replace(/\r\n?|[\u2028\u2029]/g, "\n")
    .replaceAll("\t", "    ")
    .split("\n")
    .map((line) => line.replace(UNSEEN, "").trimEnd())
    .join("\n")
    .trim();
