// The body of a template: a small Markdown without HTML, read into blocks of our own that hold nothing but words, values and addresses.
import MarkdownIt from "markdown-it";
import type { Piece, TextFault, ValueUse } from "./custom-values.ts";

/** A use of a value by its place in the list of all uses of a template. */
export type Placed = { use: number };

/** An address cut at its values: begins with `https://`, `http://` or `mailto:`, or is one value alone. */
export type Href = (string | Placed)[];

export type Inline =
  | string
  | Placed
  | { break: true }
  | { strong: Inline[] }
  | { em: Inline[] }
  | { href: Href; label: Inline[] };

export type Block =
  | { paragraph: Inline[] }
  | { heading: Inline[] }
  | { items: Block[][]; start: number | null }
  | { quote: Block[] }
  | { rule: true }
  /** Where the message's button stands. */
  | { button: true };

// Two characters of the private use area hold a value's place while the Markdown is read; the text itself has them taken out.
const OPEN = "\uE000";
const CLOSE = "\uE001";
const held = /\uE000(\d+)\uE001/u;

const markdown = new MarkdownIt("zero", {
  html: false,
  breaks: true,
  linkify: false,
  typographer: false,
  maxNesting: 20,
}).enable(["blockquote", "heading", "hr", "list", "emphasis", "escape", "link", "newline"]);
// Addresses are checked by readHref, which knows of values, and are not changed before.
markdown.validateLink = () => true;
markdown.normalizeLink = (url) => url;

type Token = ReturnType<typeof markdown.parse>[number];

/**
 * Reads a body's pieces into blocks. `uses` is the list that places refer to, and gets the body's uses added. Faults are given for
 * an address that is none of ours, a link value within another address, a link within a link, and a button that does not stand free.
 */
export function readBody(pieces: readonly Piece[], uses: ValueUse[]): { blocks: Block[]; faults: TextFault[] } {
  let source = "";
  for (const piece of pieces) {
    if (typeof piece === "string") source += piece.replace(/[\uE000\uE001]/gu, "");
    else source += `${OPEN}${uses.push(piece) - 1}${CLOSE}`;
  }
  return new BodyReader(markdown.parse(source, {}), uses).read();
}

class BodyReader {
  readonly tokens: Token[];
  readonly uses: readonly ValueUse[];
  at = 0;
  line = 1;
  faults: TextFault[] = [];

  constructor(tokens: Token[], uses: readonly ValueUse[]) {
    this.tokens = tokens;
    this.uses = uses;
  }

  read(): { blocks: Block[]; faults: TextFault[] } {
    const blocks = this.#blocks(undefined, true);
    return { blocks, faults: this.faults };
  }

  #blocks(end: string | undefined, free: boolean): Block[] {
    const blocks: Block[] = [];
    while (this.at < this.tokens.length) {
      const token = this.tokens[this.at++];
      if (!token || token.type === end) break;
      if (token.map) this.line = token.map[0] + 1;
      blocks.push(...this.#block(token, free));
    }
    return blocks;
  }

  #block(token: Token, free: boolean): Block[] {
    switch (token.type) {
      case "paragraph_open":
        return this.#paragraph(free);
      case "heading_open":
        return [{ heading: this.#inlineBlock() }];
      case "bullet_list_open":
        return [{ items: this.#items("bullet_list_close"), start: null }];
      case "ordered_list_open":
        return [{ items: this.#items("ordered_list_close"), start: Number(token.attrGet("start") ?? 1) }];
      case "blockquote_open":
        return [{ quote: this.#blocks("blockquote_close", false) }];
      case "hr":
        return [{ rule: true }];
      default:
        return [];
    }
  }

  #items(end: string): Block[][] {
    const items: Block[][] = [];
    while (this.at < this.tokens.length && this.tokens[this.at]?.type !== end) {
      this.at += 1;
      items.push(this.#blocks("list_item_close", false));
    }
    this.at += 1;
    return items;
  }

  #inlineBlock(): Inline[] {
    const children = this.tokens[this.at]?.children ?? [];
    this.at += 2;
    const inlines = new InlineReader(children, this).read();
    if (inlines.some((one) => this.isButton(one))) this.fault(FREE_BUTTON);
    return inlines;
  }

  /** A button within a paragraph cuts it in two; elsewhere it is a fault. */
  #paragraph(free: boolean): Block[] {
    const children = this.tokens[this.at]?.children ?? [];
    this.at += 2;
    const blocks: Block[] = [];
    let words: Inline[] = [];
    const flush = () => {
      const trimmed = trimBreaks(words);
      if (trimmed.length > 0) blocks.push({ paragraph: trimmed });
      words = [];
    };
    for (const inline of new InlineReader(children, this).read()) {
      if (!this.isButton(inline)) words.push(inline);
      else {
        if (!free) this.fault(FREE_BUTTON);
        flush();
        blocks.push({ button: true });
      }
    }
    flush();
    return blocks;
  }

  isButton(inline: Inline): boolean {
    return typeof inline === "object" && "use" in inline && this.uses[inline.use]?.kind === "button";
  }

  fault(message: string, line = this.line): void {
    if (this.faults.length < 5) this.faults.push({ line, message });
  }
}

const FREE_BUTTON = "The button stands on a line of its own, not within a list, a quote, a heading or a link.";

const WITHIN_ADDRESS = "A link value is an address of its own: it cannot be part of another address.";

// Mail programs make a link of what looks like an address, and so would join what stands beside ours with it.
const isGlued = (before: string | Placed | undefined, after: string | Placed | undefined) =>
  (typeof before === "string" && (/[/=?&#@%.]$/u.test(before) || before.split(/\s/u).at(-1)?.includes("://"))) ||
  (typeof after === "string" && /^[\w/?=&#@%]/u.test(after));

function trimBreaks(inlines: Inline[]): Inline[] {
  const blank = (one: Inline | undefined) =>
    one !== undefined && (typeof one === "string" ? one.trim() === "" : "break" in one);
  let from = 0;
  let to = inlines.length;
  while (from < to && blank(inlines[from])) from += 1;
  while (to > from && blank(inlines[to - 1])) to -= 1;
  return inlines.slice(from, to);
}

class InlineReader {
  readonly tokens: readonly Token[];
  readonly body: BodyReader;
  at = 0;

  constructor(tokens: readonly Token[], body: BodyReader) {
    this.tokens = tokens;
    this.body = body;
  }

  read(end?: string, inLink = false): Inline[] {
    const inlines: Inline[] = [];
    while (this.at < this.tokens.length) {
      const token = this.tokens[this.at++];
      if (!token || token.type === end) break;
      inlines.push(...this.#inline(token, inLink));
    }
    if (end && inlines.some((one) => this.body.isButton(one))) this.body.fault(FREE_BUTTON);
    return inlines;
  }

  #inline(token: Token, inLink: boolean): Inline[] {
    switch (token.type) {
      case "strong_open":
        return [{ strong: this.read("strong_close", inLink) }];
      case "em_open":
        return [{ em: this.read("em_close", inLink) }];
      case "softbreak":
      case "hardbreak":
        return [{ break: true }];
      case "link_open":
        return this.#link(token);
      default:
        return this.#words(token.content, inLink);
    }
  }

  #link(token: Token): Inline[] {
    const href = this.#href(String(token.attrGet("href") ?? ""));
    const label = this.read("link_close", true);
    return href ? [{ href, label }] : label;
  }

  #words(content: string, inLink: boolean): Inline[] {
    return cutAtValues(content).flatMap((part, at, parts): Inline[] => {
      if (typeof part === "string") return part ? [part] : [];
      const use = this.body.uses[part.use];
      if (use?.kind !== "link") return [part];
      if (inLink) this.body.fault("A link value cannot stand within the words of another link.", use.line);
      if (isGlued(parts[at - 1], parts[at + 1])) this.body.fault(WITHIN_ADDRESS, use.line);
      return [part];
    });
  }

  #href(typed: string): Href | undefined {
    const parts = cutAtValues(typed).filter((part) => part !== "");
    const uses = parts.flatMap((part) => (typeof part === "string" ? [] : [this.body.uses[part.use]]));
    const only = parts.length === 1 ? uses[0] : undefined;
    if (only && (only.kind === "link" || only.value === "portal.url")) return parts;
    if (uses.some((use) => use?.kind !== "text")) {
      this.body.fault(WITHIN_ADDRESS);
      return undefined;
    }
    const [first] = parts;
    // the host must be written out, so that no contact's name can change where a link leads
    if (typeof first === "string" && isAddress(first, parts.length > 1)) return parts;
    this.body.fault("A link begins with https://, http:// or mailto:, and its host is written out.");
    return undefined;
  }
}

function isAddress(text: string, more: boolean): boolean {
  if (/[\s\p{Cc}"'<>\\^`{|}]/u.test(text)) return false;
  if (/^mailto:[^@?]+@[^@?]+/i.test(text)) return true;
  const found = /^https?:\/\/[^/?#@]+([/?#]|$)/i.exec(text);
  return found !== null && (found[1] !== "" || !more) && URL.canParse(text);
}

const cutAtValues = (text: string): (string | Placed)[] =>
  text.split(held).map((part, at) => (at % 2 ? { use: Number(part) } : part));
