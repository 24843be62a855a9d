// Parts of a page that are the same from one request to the next: drawn once for what they show, then kept as text.
import { raw } from "hono/html";
import { type Child, useContext } from "hono/jsx";
import type { HtmlEscapedString } from "hono/utils/html";
import { LRUCache } from "lru-cache";
import { FormTokenContext } from "./form-token.tsx";

const MOST_CHARACTERS = 4 * 1024 * 1024;
const MOST_OF_FRAMES = 4 * 1024 * 1024;
/** Stands where the form token of the answer goes; no text of ours, and nobody's name, since "<" is escaped in those. */
const TOKEN = "<form-token>";
/** The same for what each answer fills in. */
const PLACE = "<filled-in>";

const kept = new LRUCache<string, readonly string[]>({
  maxSize: MOST_CHARACTERS,
  sizeCalculation: (pieces, key) => pieces.reduce((sum, { length }) => sum + length, key.length),
});
let parts = 0;

/**
 * `draw` as a component that draws once for the same props, which are the key: so nothing that one reader sees can reach another. The
 * props must be data, and what is drawn must depend on nothing else, not on the time either. Forms get the token of each answer.
 */
export function remembered<Props extends object>(draw: (props: Props) => Child) {
  const part = ++parts;
  return (props: Props): HtmlEscapedString => {
    const token = useContext(FormTokenContext);
    const key = `${part}${token && "+"} ${JSON.stringify(props)}`;
    let pieces = kept.get(key);
    if (!pieces) {
      pieces = drawn(draw(props), token && raw(TOKEN)).filter((piece) => piece !== TOKEN);
      kept.set(key, pieces);
    }
    return raw(pieces.length === 1 ? pieces[0] : pieces.join(attribute(token)));
  };
}

/** What a page is made of: its bytes in UTF-8, and between them where the token of its forms goes and what each answer fills in. */
export type Frame = readonly (Uint8Array | "token" | "content")[];

const frames = new LRUCache<string, Frame>({
  maxSize: MOST_OF_FRAMES,
  sizeCalculation: (pieces, key) => pieces.reduce((sum, { length }) => sum + length, key.length),
});

/** As `remembered`, for a whole page around the place that `draw` is given. */
export function rememberedFrame<Props extends object>(draw: (props: Props, place: Child) => Child) {
  const part = ++parts;
  return (props: Props): Frame => {
    const key = `${part} ${JSON.stringify(props)}`;
    const known = frames.get(key);
    if (known) return known;
    const frame = drawn(draw(props, raw(PLACE)), raw(TOKEN)).map((piece) =>
      piece === TOKEN ? "token" : piece === PLACE ? "content" : Buffer.from(piece),
    );
    frames.set(key, frame);
    return frame;
  };
}

/** The text in pieces, what stands for something else among them. */
function drawn(content: Child, token: string): string[] {
  // What JSX makes is drawn by becoming a string.
  // oxlint-disable-next-line typescript/no-base-to-string
  const text = (<FormTokenContext.Provider value={token}>{content}</FormTokenContext.Provider>).toString();
  if (typeof text !== "string") throw new Error("A part that waits for something cannot be remembered.");
  return text.split(/(<form-token>|<filled-in>)/);
}

function attribute(token: string): string {
  // One remembered part may stand in another.
  if (/^[\w-]+$/.test(token) || String(token) === TOKEN) return token;
  throw new Error("A form token is made of letters, digits, - and _.");
}
