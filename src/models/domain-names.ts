// Reads the name of a domain out of whatever people paste, and says why a name cannot be a portal's.
import { isIP } from "node:net";
import { domainToASCII, domainToUnicode } from "node:url";
import { parse } from "tldts";

/** Names that are the product's own: the dashboard's host, and the domain under which default portals stand (without ports). */
export type OurNames = { appHost: string; portalDomain: string };

/** A name as DNS has it. `zone` is the registrable domain above or at it; at it, the name is an apex and can hold no CNAME. */
export type DomainName = { name: string; zone: string; apex: boolean };

const MAX_NAME = 253;
const MAX_LABEL = 63;
const LABEL = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;

// RFC 6761, 6762, 7686 and 8375: names that lead nowhere on the internet, or to the visitor's own machine.
const NOWHERE = new Set(["localhost", "local", "onion", "invalid", "arpa", "internal", "alt"]);

/** The name in what was typed (a scheme, a path, a port, upper case and Unicode are fine), or why it cannot be used, in words for the form. */
export function parseDomainName(text: string, ours: OurNames): DomainName | { error: string } {
  const host = hostIn(text);
  if (!host) return { error: "Enter a domain, such as clients.youragency.example." };
  const shape = refuseShape(host);
  if (shape) return { error: shape };
  const name = domainToASCII(host.normalize("NFC"));
  const fault = refuseName(name, ours);
  if (fault) return { error: fault };
  const { domain } = parse(name, { allowPrivateDomains: true });
  if (!domain)
    return { error: `${shown(name)} is a public suffix: names are registered below it. Use one that is yours.` };
  return { name, zone: domain, apex: name === domain };
}

/** The name as people write it: Unicode where that is safe to show, which parseDomainName made sure of. */
export function shown(name: string): string {
  if (!name.includes("xn--")) return name;
  return domainToUnicode(name) || name;
}

/** A record's name as it is typed at most DNS providers: relative to the zone, `@` for the zone itself. */
export function relativeName(name: string, zone: string): string {
  if (name === zone) return "@";
  return name.endsWith(`.${zone}`) ? name.slice(0, -zone.length - 1) : name;
}

/** The registrable domain of a name, or the name itself when there is none above it. */
export function zoneOf(name: string): string {
  return parse(name, { allowPrivateDomains: true }).domain ?? name;
}

// A host stands at the beginning of an address, however long that is. Cleaning the ends takes time that grows with the square of the length.
const LONGEST = 1_000;

function hostIn(text: string): string {
  const bare = text
    .trim()
    .slice(0, LONGEST)
    .replace(/^[\p{Cf}\s"'‘’“”«<(]+|[\p{Cf}\s"'‘’“”»>),;]+$/gu, "")
    .replace(/^(?:https?:\/*|[a-z][a-z0-9+.-]*:\/\/)/i, "")
    .replace(/^\/\//, "");
  const authority = bare.split(/[/?#\\]/, 1)[0] ?? "";
  // An IPv6 address keeps its colons; the check for addresses names it.
  const host = isIP(authority) ? authority : authority.replace(/:\d*$/, "");
  return host.replace(/[.。．｡]$/u, "");
}

function refuseShape(host: string): string | undefined {
  if (host.includes("@"))
    return "This is an email address. Enter the domain alone, such as clients.youragency.example.";
  if (host.startsWith("*")) return "A wildcard cannot be used. Add each name on its own.";
  if (isAddress(host)) return "This is an IP address. Enter a domain name.";
  if (/\s/.test(host)) return "A domain has no spaces. Add one at a time.";
  if (host.includes("_")) return "A web address cannot contain an underscore.";
  if (host.length > MAX_NAME) return `A domain has at most ${MAX_NAME} characters.`;
  if (host.split(/[.。．｡]/u).some((label) => label.length > MAX_LABEL))
    return `Each part of a domain has at most ${MAX_LABEL} characters.`;
  return undefined;
}

// The last label of a name is never a number: what ends in one is read as an address (WHATWG URL, "ends in a number").
function isAddress(host: string): boolean {
  return isIP(host.replace(/^\[|\]$/g, "")) !== 0 || /(?:^|\.)(?:\d+|0x[0-9a-f]*)$/i.test(host);
}

function refuseName(name: string, ours: OurNames): string | undefined {
  if (name.length > MAX_NAME) return `A domain has at most ${MAX_NAME} characters.`;
  if (isAddress(name)) return "This is an IP address. Enter a domain name.";
  const labels = name.split(".");
  if (!name || !labels.every((label) => label.length <= MAX_LABEL && LABEL.test(label)))
    return "This is not a domain name. Use letters, digits, hyphens and dots.";
  if (isOurs(name, ours)) return "This address belongs to Portico itself. Add a domain of your own.";
  const last = labels.at(-1) ?? "";
  if (NOWHERE.has(last)) return `Names under .${last} cannot be reached from the internet.`;
  if (labels.length === 1)
    return "This is only one part of a name. Enter a whole domain, such as clients.youragency.example.";
  if (labels.some((label) => label.startsWith("xn--") && domainToUnicode(label) === label))
    return "This is not a domain name: its encoded letters (xn--) cannot be read.";
  if (labels.some((label) => !LETTERS.test(domainToUnicode(label))))
    return "This is not a domain name: signs and pictures are not letters. Use letters, digits and hyphens.";
  if (labels.some((label) => looksLikeAnother(label, last)))
    return "This name mixes alphabets, or its letters can be taken for others. Use letters of one alphabet.";
  return undefined;
}

function isOurs(name: string, { appHost, portalDomain }: OurNames): boolean {
  return name === appHost || name === portalDomain || name.endsWith(`.${portalDomain}`);
}

const scripts = {
  Latn: /\p{sc=Latin}/u,
  Cyrl: /\p{sc=Cyrillic}/u,
  Grek: /\p{sc=Greek}/u,
  Han: /\p{sc=Han}/u,
  Hira: /\p{sc=Hiragana}/u,
  Kana: /\p{sc=Katakana}/u,
  Bopo: /\p{sc=Bopomofo}/u,
  Hang: /\p{sc=Hangul}/u,
  other:
    /[^\p{sc=Latin}\p{sc=Cyrillic}\p{sc=Greek}\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Bopomofo}\p{sc=Hangul}\p{sc=Common}\p{sc=Inherited}]/u,
} as const;

// What IDNA 2008 (RFC 5892) leaves of Unicode, near enough: URL parsers let through more, such as slashes that end no path.
const LETTERS = /^(?:[\p{L}\p{M}\p{Nd}\u00b7\u0375\u05f3\u05f4\u30fb-]|\u200c|\u200d)+$/u;

// The combinations that people really write (UTS 39 §5.2, highly restrictive); one script alone is always fine.
const written: readonly (readonly string[])[] = [
  ["Latn", "Han", "Hira", "Kana"],
  ["Latn", "Han", "Bopo"],
  ["Latn", "Han", "Hang"],
];

// Latin letters of phonetics that stand for nothing in a name but the letter or the sign that they look like.
const STAND_INS = /[ɑɡɩǀǃ]/u;

// Cyrillic and Greek letters that no eye tells from Latin ones; a label of these alone reads as another word.
const TWINS = /^[асԁеһіјӏорԛѕԝхуъьпгкΑΒΕΖΗΙΚΜΝΟΡΤΥΧονρυικαχ0-9-]+$/u;

function looksLikeAnother(label: string, topLevel: string): boolean {
  if (!label.startsWith("xn--")) return false;
  const text = domainToUnicode(label);
  if (STAND_INS.test(text)) return true;
  const found = Object.entries(scripts)
    .filter(([, letters]) => letters.test(text))
    .map(([name]) => name);
  if (found.length > 1 && !written.some((set) => found.every((name) => set.includes(name)))) return true;
  return !topLevel.startsWith("xn--") && TWINS.test(text.normalize("NFD").replace(/\p{M}/gu, ""));
}
