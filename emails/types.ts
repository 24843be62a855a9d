// What every e-mail is given and gives back: the brand, the values of one recipient, and the finished parts.

/** The agency (or the platform) an e-mail speaks for. Every text here is filled in raw; the renderer cleans and escapes it. */
export interface Brand {
  /** The agency's name as its clients know it. */
  name: string;
  /** `#rrggbb`; anything else, or null, is the default colour. */
  color: string | null;
  /** Origin that every link of the e-mail must have, such as `https://clients.acme.example`; from the database, never from a request. */
  origin: string;
  /** Postal address for the footer, one line. */
  address?: string | null;
  /** A PNG on `origin` with its size in pixels; `ground` is the one on which it reads, null when it brings its own. */
  logo?: { url: string; width: number; height: number; ground: "light" | "dark" | null } | null;
}

/** A finished e-mail: `subject` is one line without control characters, `text` is plain text without entities. */
export interface RenderedEmail {
  subject: string;
  html: string;
  text: string;
  /** The same html and text between which only values change from recipient to recipient: `pieces` is one array for all of them. */
  woven?: { html: Woven; text: Woven } | undefined;
}

/** A text in pieces that its template gave, and the value that stands after each piece but the last. */
export interface Woven {
  pieces: readonly string[];
  values: readonly string[];
}

/**
 * How a value is cleaned before it is filled in.
 * `name`: one line, 100 characters, kept from becoming a link. `words`: one line that the product wrote.
 * `address`: an e-mail address. `message`: a person's plain text with line breaks. `url`: an address on the brand's origin.
 * `code`: six digits.
 */
export type FieldKind = "name" | "words" | "address" | "message" | "url" | "code";

/** The values of one e-mail: strings, and null where an optional block is left out. */
export type Values = Record<string, string | null>;

/** The cleaning rule of each value of an e-mail. */
export type Fields<V> = { readonly [Name in keyof V]-?: FieldKind };

/** Colours of one brand, each `#rrggbb` and each readable on its ground (WCAG 4.5:1). */
export interface Palette {
  /** Ground of the button and the mark. */
  brand: string;
  /** Black or white, whichever reads better on `brand`. */
  onBrand: string;
  /** Line around the button, 3:1 against the white card, so that a pale brand still has an edge. */
  edge: string;
  /** The same against the dark card, so that a dark brand still has one. */
  edgeOnDark: string;
  /** The brand as the colour of text on the white card. */
  link: string;
  /** The brand as the colour of text on the dark card. */
  linkOnDark: string;
}

/** What a template sees beside its own values; all strings are placeholders or already clean. */
export interface TemplateBrand {
  name: string;
  /** One or two letters for the mark. */
  initials: string;
  address: string | null;
  /** `wide` ones spell the name out, as a rule, so that it is not written again. */
  logo: { url: string; width: string; height: string; wide: boolean; ground: "light" | "dark" | null } | null;
  palette: Palette;
}

/** The props of a template: its own values and the brand. */
export type TemplateProps<V> = V & { brand: TemplateBrand };
