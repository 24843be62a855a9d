// Quoted-printable text (RFC 2045 6.7) for messages of which most is the same for every recipient: pieces encoded once, values fitted in between.
import { LRUCache } from "lru-cache";
import { encode, wrap } from "nodemailer/lib/qp";

/** A text as its template gave it: the pieces, the same array for every recipient, and between each two of them this one's value. */
export interface Woven {
  pieces: readonly string[];
  values: readonly string[];
}

const LINE = 76;
// three characters short, for a dot at the beginning of a line that becomes =2E, and the soft break behind a piece
const WRAPPED = LINE - 3;
const SOFT_BREAK = "=\r\n";
// what stands for itself wherever it stands
const PLAIN = /^[!-<>-~](?:[ -<>-~]*[!-<>-~])?$/;
const PIECE = 72;

/**
 * The text with CRLF line ends, in lines of at most 76 characters. None begins with a dot, so that nothing is left for SMTP to stuff.
 */
export function quoted(text: string): string {
  if (text === "") return text;
  return PLAIN.test(text) ? inLines(text) : encodedLines(text);
}

function inLines(text: string): string {
  if (text.length <= PIECE) return undotted(text);
  let lines = undotted(text.slice(0, PIECE));
  for (let at = PIECE; at < text.length; at += PIECE) lines += SOFT_BREAK + undotted(text.slice(at, at + PIECE));
  return lines;
}

const undotted = (line: string) => (line.startsWith(".") ? `=2E${line.slice(1)}` : line);

const encodedLines = (text: string) =>
  wrap(encode(text.replace(/\r\n?|\n/g, "\r\n")), WRAPPED).replace(/(^|\n)\./g, "$1=2E");

const encoded = new WeakMap<readonly string[], readonly string[]>();

function encodedPieces(pieces: readonly string[]): readonly string[] {
  const known = encoded.get(pieces);
  if (known) return known;
  const made = pieces.map(quoted);
  encoded.set(pieces, made);
  return made;
}

// A member's own words are the same for many; links, which are not, are plain.
const long = new LRUCache<string, string>({ max: 200, maxSize: 2_000_000, sizeCalculation: (text) => text.length + 1 });

function quotedValue(text: string): string {
  if (text.length <= PIECE || PLAIN.test(text)) return quoted(text);
  const known = long.get(text) ?? encodedLines(text);
  long.set(text, known);
  return known;
}

/** The whole text. A soft break stands on both sides of every value, so that no line grows and no value meets its neighbour's bytes. */
export function quotedWoven({ pieces, values }: Woven): string {
  const [first = "", ...rest] = encodedPieces(pieces);
  let text = first;
  for (const [at, piece] of rest.entries()) text += SOFT_BREAK + quotedValue(values[at] ?? "") + SOFT_BREAK + piece;
  return text;
}
