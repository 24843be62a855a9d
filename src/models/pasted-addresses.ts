// Reads e-mail addresses out of whatever people paste: lines, lists, spreadsheet cells, address books, mail headers.
import { parseAddress, parseName } from "./addresses.ts";

/** An address in the form that is stored, with the name that stood beside it, or "". */
export type PastedPerson = { email: string; name: string };

/** A piece of what was pasted that is no address, as it was typed, and what is wrong with it. */
export type PastedFault = { typed: string; error: string };

/** What a pasted text holds, in its order; `repeated` counts addresses that stood there before. */
export type PastedList = { people: PastedPerson[]; faults: PastedFault[]; repeated: number };

type Segment = { text: string; after: string };
type Found = { typed: string; address: string; name: string };
type Loose = { text: string; cell: boolean };

const NOT_AN_ADDRESS = "This is not an email address.";
// No address or name is as long. Cleaning their ends takes time that grows with the square of what is between.
const LONGEST = 1_000;

/**
 * Reads every address of a text once. Lines, commas, semicolons, tabs and spaces separate; `Name <address>`,
 * `"Last, First" <address>`, `Last, First <address>`, `address (Name)`, `mailto:` and a name in the cell before are understood.
 * Words that belong to no address are faults, unless they are further cells of a spreadsheet's row. Never throws.
 */
export function parsePastedAddresses(text: string): PastedList {
  const people = new Map<string, PastedPerson>();
  const faults = new Map<string, PastedFault>();
  let repeated = 0;
  const take = ({ typed, address, name }: Found) => {
    const parsed = parseAddress(address);
    if ("error" in parsed) return refuse(typed, parsed.error);
    const known = people.get(parsed.email);
    if (known) repeated++;
    if (!known) people.set(parsed.email, { email: parsed.email, name });
    else if (!known.name) known.name = name;
  };
  const refuse = (typed: string, error: string) => {
    const shown = [...typed].slice(0, 200).join("");
    if (!faults.has(shown)) faults.set(shown, { typed: shown, error });
  };
  for (const line of plain(text).split("\n")) readLine(line, take, (typed) => refuse(typed, NOT_AN_ADDRESS));
  return { people: [...people.values()], faults: [...faults.values()], repeated };
}

// What word processors, chats and keyboards of other scripts make of the plain characters, and what nobody sees.
function plain(text: string): string {
  return text
    .normalize("NFC")
    .replace(/[\u00AD\u200B\u200E\u200F\u202A-\u202E\u2060-\u2069\uFEFF\0]/g, "")
    .replace(/\r\n?|[\v\f\u0085\u2028\u2029]/g, "\n")
    .replace(/[^\S\n\t]/g, " ")
    .replace(/[“”„‟«»]/g, '"')
    .replace(/[，、]/g, ",")
    .replace(/；/g, ";")
    .replace(/＠/g, "@")
    .replace(/[＜〈]/g, "<")
    .replace(/[＞〉]/g, ">");
}

function readLine(line: string, take: (found: Found) => void, refuse: (typed: string) => void): void {
  let loose: Loose[] = [];
  let addresses = 0;
  const giveUp = () => {
    for (const { text, cell } of loose) if (!cell || addresses === 0) refuse(text);
    loose = [];
  };
  for (const { text, after } of segments(line.replace(/^\s*(?:to|cc|bcc|from|reply-to|e-?mail)\s*:/i, ""))) {
    const found = readSegment(text);
    if (found.length === 0) {
      if (/[\p{L}\p{N}]/u.test(text))
        loose.push({
          text,
          cell: after === "\t" || loose.at(-1)?.cell === true || (addresses > 0 && line.includes("\t")),
        });
      continue;
    }
    const [first] = found;
    if (first && !first.name && found.length === 1) first.name = nameBefore(loose, text) ?? "";
    else if (first && text.includes("<")) first.name = nameAround(loose, first.name);
    giveUp();
    addresses += found.length;
    for (const one of found) take(one);
  }
  giveUp();
}

// A comma in quotes or angle brackets separates nothing; neither does a quote or bracket that nothing closes.
function segments(line: string): Segment[] {
  const found: Segment[] = [];
  const lastQuote = line.lastIndexOf('"');
  const lastAngle = line.lastIndexOf(">");
  let from = 0;
  let quoted = false;
  let angled = false;
  const cut = (to: number, after: string) => {
    const text = line
      .slice(from, to)
      .trim()
      .replace(/^[-–•*·]+\s+/, "");
    if (text) found.push({ text, after });
    from = to;
  };
  for (let i = 0; i < line.length; i++) {
    const char = line[i] ?? "";
    if (char === '"' && !angled && (quoted || i < lastQuote)) quoted = !quoted;
    else if (quoted) continue;
    else if (char === "<" && i < lastAngle) angled = true;
    else if (char === ">" && angled) {
      angled = false;
      cut(i + 1, ">");
    } else if (!angled && (char === "," || char === ";" || char === "\t")) {
      cut(i, char);
      from = i + 1;
    }
  }
  cut(line.length, "");
  return found;
}

function readSegment(text: string): Found[] {
  const mailbox = /^([^<]*)<([^<>]*)>?$/.exec(text);
  const inside = mailbox?.[2] ?? "";
  if (mailbox && inside.includes("@"))
    return [{ typed: text, address: bare(inside), name: cleanName(mailbox[1] ?? "") }];
  if (!text.includes("@")) return [];
  const tokens = text
    .replace(/[()[\]<>]/g, " ")
    .split(/\s+/)
    .filter(Boolean);
  const addresses = [...new Set(tokens.filter((token) => token.includes("@")).map(bare))];
  const words = tokens.filter((token) => !token.includes("@"));
  const name = addresses.length === 1 && words.length <= 4 ? cleanName(words.join(" ")) : "";
  return addresses.map((address) => ({ typed: addresses.length === 1 ? text : address, address, name }));
}

function bare(token: string): string {
  const trimmed = token
    .trim()
    .slice(0, LONGEST)
    // part of some names, and of no address
    .replace(/[\u200C\u200D]/g, "")
    .replace(/^["'`*<]*mailto:/i, "")
    .replace(/^["'`*<:]+/, "");
  return trimmed.replace(/\?.*$/, "").replace(/["'`*>,.:;!?]+$/, "");
}

function cleanName(text: string): string {
  const short = text.trim().slice(0, LONGEST);
  const name = parseName(short.replace(/"/g, " ").replace(/^[\s'`,.:;*–-]+|[\s'`,:;*–-]+$/g, ""));
  return name.includes("@") ? "" : inOrder(name);
}

// "Okafor, Maya" is how address books sort her, not what she is called.
function inOrder(name: string): string {
  const [last, first, ...more] = name.split(",").map((part) => part.trim());
  return last && first && more.length === 0 ? `${first} ${last}` : name;
}

// The cells before an address are its name when they look like one: two words or more, or quoted, or a spreadsheet's.
function nameBefore(loose: Loose[], text: string): string | undefined {
  const last = loose.at(-1);
  if (!last) return undefined;
  if (last.cell && loose.every(({ cell }) => cell))
    return cleanName(
      loose
        .splice(0)
        .map((one) => one.text)
        .join(" "),
    );
  if (text.includes("<")) return nameAround(loose, "");
  return /\s|^".+"$/.test(last.text) ? cleanName(loose.pop()?.text ?? "") : undefined;
}

// `Okafor, Maya <maya@…>` without quotes: what stands before the comma is the rest of the name.
function nameAround(loose: Loose[], name: string): string {
  const last = loose.at(-1);
  if (!last || last.cell || last.text.split(/\s+/).length > 3) return name;
  loose.pop();
  return name ? cleanName(`${last.text}, ${name}`) : cleanName(last.text);
}
