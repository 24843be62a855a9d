// Reads the address that an agency wants to send from out of what people paste: a domain, or a whole address.
import { type OurNames, parseDomainName } from "./domain-names.ts";

/** Our own names, with the domain of the platform's sender. */
export type OurMailNames = OurNames & { mailDomain: string };

/** The part before the @ when only a domain was given. */
export const USUAL_LOCAL_PART = "hello";

// The longest name of a record below it, `portico1._domainkey.`, has to fit into 253 as well.
const LONGEST_DOMAIN = 230;
const LOCAL = /^[a-z0-9](?:[a-z0-9._+-]{0,62}[a-z0-9])?$/;

/** The part before the @, in lower case, or why it cannot be used. Letters, digits and . _ + - alone: every server takes these. */
export function parseLocalPart(text: string): { localPart: string } | { error: string } {
  const localPart = text.trim().toLowerCase();
  if (localPart === "") return { error: "Enter the part before the @, such as hello." };
  if (localPart.length > 64) return { error: "The part before the @ has at most 64 characters." };
  if (!LOCAL.test(localPart) || localPart.includes(".."))
    return { error: "Before the @, use letters, digits and . _ + - between them." };
  return { localPart };
}

/** The domain and the part before the @ in what was typed, or why it cannot be sent from, in words for the form. */
export function parseSendingAddress(
  text: string,
  ours: OurMailNames,
): { domain: string; localPart: string } | { error: string } {
  const bare = text.trim().replace(/^mailto:/i, "");
  const address = /^[^<>]*<([^<>]+)>$/.exec(bare)?.[1]?.trim() ?? bare;
  const at = address.lastIndexOf("@");
  const local = at === -1 ? { localPart: USUAL_LOCAL_PART } : parseLocalPart(address.slice(0, at));
  if ("error" in local) return local;
  const parsed = parseDomainName(address.slice(at + 1), ours);
  if ("error" in parsed) return parsed;
  const { name } = parsed;
  if (name === ours.mailDomain) return { error: "This domain belongs to Portico itself. Add a domain of your own." };
  if (name.length > LONGEST_DOMAIN) return { error: `A sending domain has at most ${LONGEST_DOMAIN} characters.` };
  return { domain: name, localPart: local.localPart };
}
