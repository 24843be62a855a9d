/** @jsxImportSource react */
// An e-mail in an agency's own words: its blocks in our frame, with a placeholder wherever a value stands.

import { Fragment, type ReactNode } from "react";
import { CtaButton } from "./cta-button.tsx";
import { Closing, End, Layout, Note, Paragraph, Quote, Rule, SubHeading, Wide } from "./layout.tsx";
import type { FieldKind, TemplateProps, Values } from "./types.ts";

/** The use of a value, by its place in `uses`. */
export type Placed = { use: number };
export type Line = (string | Placed)[];
export type Inline =
  | string
  | Placed
  | { break: true }
  | { strong: Inline[] }
  | { em: Inline[] }
  | { href: Line; label: Inline[] };
export type Block =
  | { paragraph: Inline[] }
  | { heading: Inline[] }
  | { items: Block[][]; start: number | null }
  | { quote: Block[] }
  | { rule: true }
  | { button: true };

/** A template as it was read from an agency's words. `id` names exactly these words; `kind` says which e-mail they are of. */
export type OwnWords = {
  id: string;
  kind: string | undefined;
  subject: Line;
  preheader: Line;
  heading: Line;
  blocks: Block[];
  button: Line;
  footer: Line;
  uses: { value: string; kind: "text" | "link" | "button" }[];
  link: unknown;
};

/** What a message in own words is given beside its values, each where there is one. */
export type OwnValues = {
  url: string | null;
  /** The member who sends, and his own words. */
  memberName: string | null;
  message: string | null;
  askedIn: string | null;
  askedAt: string | null;
  /** Where the recipient says that he wants no more of these; on workflow e-mails only. */
  unsubscribe: string | null;
  recipient: string;
};

export const fixedFields = {
  url: "url",
  memberName: "name",
  message: "message",
  askedIn: "name",
  askedAt: "words",
  unsubscribe: "url",
  recipient: "address",
} as const satisfies Record<keyof OwnValues, FieldKind>;

/** The placeholder of a value among words, and of the same value in an address. */
export const inWords = (use: number) => `v${use}`;
export const inAddress = (use: number) => `h${use}`;
/** What an agency writes between two signs of our placeholders must not become one. */
export const SIGNS = "signs";

const mark = (name: string) => `%%${name}%%`;
const literal = (text: string) => text.replaceAll("%%", mark(SIGNS));
const lineOf = (line: Line) =>
  line.map((part) => (typeof part === "string" ? literal(part) : mark(inWords(part.use)))).join("");

const why: Record<string, string> = {
  "reset-password": "because a new password was asked for on the portal of",
  "confirm-email": "because this address was entered on the portal of",
};

/** The template of these words. */
export function templateOf(words: OwnWords) {
  return function OwnTemplate({ brand, ...given }: TemplateProps<Values>) {
    const values = given as OwnValues;
    const body = new Body(words, { brand, ...values });
    return (
      <Layout
        brand={brand}
        title={lineOf(words.subject)}
        preview={lineOf(words.preheader)}
        heading={lineOf(words.heading)}
        why={
          <>
            Sent to {values.recipient} {why[words.kind ?? ""] ?? "because you are a client of"} {brand.name}.
            {values.unsubscribe && (
              <>
                {" "}
                <a
                  className="soft plain"
                  href={values.unsubscribe}
                  style={{ color: "#55575f", textDecoration: "underline" }}
                >
                  Unsubscribe
                </a>
              </>
            )}
          </>
        }
      >
        {body.blocks()}
        {body.closing()}
      </Layout>
    );
  };
}

class Body {
  readonly words: OwnWords;
  readonly props: TemplateProps<OwnValues>;
  /** A member's own words stand above the button, once. */
  quoted = false;

  constructor(words: OwnWords, props: TemplateProps<OwnValues>) {
    this.words = words;
    this.props = props;
  }

  blocks(): ReactNode {
    const blocks = this.words.blocks.map((block, at) => <Fragment key={String(at)}>{this.#block(block)}</Fragment>);
    return (
      <>
        {blocks}
        {!this.quoted && this.#message()}
      </>
    );
  }

  closing(): ReactNode {
    const { brand, url, memberName, askedAt, askedIn } = this.props;
    const footer = lineOf(this.words.footer);
    const link = this.words.link ? (url ?? undefined) : undefined;
    if (!(footer || link || memberName || askedAt)) return <End />;
    return (
      <Closing brand={brand} {...(link ? { url: link } : {})}>
        {memberName && <>Sent by {memberName}. </>}
        {askedAt && (
          <>
            Asked for on {askedAt}
            {askedIn && <>, in {askedIn}</>}.{" "}
          </>
        )}
        {footer}
      </Closing>
    );
  }

  #message(): ReactNode {
    const { message, memberName } = this.props;
    if (!message) return null;
    return (
      <Paragraph>
        <Quote>
          “{message}” {memberName}
        </Quote>
      </Paragraph>
    );
  }

  #block(block: Block): ReactNode {
    if ("paragraph" in block) {
      const Kind = this.#tellsEnd(block.paragraph) ? Note : Paragraph;
      return <Kind>{this.#inlines(block.paragraph)}</Kind>;
    }
    if ("heading" in block) return <SubHeading>{this.#inlines(block.heading)}</SubHeading>;
    if ("button" in block) return this.#button();
    if ("rule" in block) return <Rule />;
    return <Wide>{this.#inner(block)}</Wide>;
  }

  /** How long the button works is said quietly, wherever the agency puts it. */
  #tellsEnd(inlines: readonly Inline[]): boolean {
    return inlines.some((inline) => {
      if (typeof inline === "string") return false;
      if ("strong" in inline) return this.#tellsEnd(inline.strong);
      if ("em" in inline) return this.#tellsEnd(inline.em);
      return "use" in inline && (this.words.uses[inline.use]?.value.startsWith("link.") ?? false);
    });
  }

  #button(): ReactNode {
    const { brand, url } = this.props;
    const message = this.quoted ? null : this.#message();
    this.quoted = true;
    return (
      <>
        {message}
        {url && (
          <CtaButton brand={brand} href={url}>
            {lineOf(this.words.button)}
          </CtaButton>
        )}
      </>
    );
  }

  /** A block within a list or a quote, or these themselves. */
  #inner(block: Block): ReactNode {
    if ("items" in block) {
      const style = { margin: "0", padding: "0 0 0 24px" };
      const items = block.items.map((item, at) => <li key={String(at)}>{this.#many(item)}</li>);
      return block.start === null ? (
        <ul style={style}>{items}</ul>
      ) : (
        <ol start={block.start} style={style}>
          {items}
        </ol>
      );
    }
    if ("quote" in block)
      return (
        <blockquote className="soft" style={{ margin: "0", padding: "0 0 0 16px", color: "#55575f" }}>
          {this.#many(block.quote)}
        </blockquote>
      );
    if ("paragraph" in block) return <div>{this.#inlines(block.paragraph)}</div>;
    if ("heading" in block)
      return (
        <div>
          <b>{this.#inlines(block.heading)}</b>
        </div>
      );
    return null;
  }

  #many(blocks: Block[]): ReactNode {
    return blocks.map((block, at) => <Fragment key={String(at)}>{this.#inner(block)}</Fragment>);
  }

  #inlines(inlines: Inline[]): ReactNode {
    return inlines.map((inline, at) => <Fragment key={String(at)}>{this.#inline(inline)}</Fragment>);
  }

  #inline(inline: Inline): ReactNode {
    if (typeof inline === "string") return literal(inline);
    if ("use" in inline) return this.#value(inline);
    if ("strong" in inline) return <b>{this.#inlines(inline.strong)}</b>;
    if ("em" in inline) return <i>{this.#inlines(inline.em)}</i>;
    if ("href" in inline) return this.#link(this.#address(inline.href), this.#inlines(inline.label));
    return <br />;
  }

  #value({ use }: Placed): ReactNode {
    if (this.words.uses[use]?.kind !== "link") return mark(inWords(use));
    return this.#link(this.#address([{ use }]), mark(inAddress(use)));
  }

  #address(href: Line): string {
    return href.map((part) => (typeof part === "string" ? literal(part) : mark(inAddress(part.use)))).join("");
  }

  #link(href: string, label: ReactNode): ReactNode {
    return (
      <a
        className="brandlink"
        href={href}
        style={{ color: this.props.brand.palette.link, wordBreak: "break-word", textDecoration: "underline" }}
      >
        {label}
      </a>
    );
  }
}
