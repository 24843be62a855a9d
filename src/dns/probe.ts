// Knocks at a domain as a browser would and looks for our own marker behind it.
import http, { type IncomingMessage, type RequestOptions } from "node:http";
import https from "node:https";
import { isIP } from "node:net";
import type { TLSSocket } from "node:tls";
import { isPublicAddress } from "./networks.ts";

/** Where every portal host shows its marker. */
export const MARKER_PATH = "/.well-known/portico";

export type ProbeSettings = {
  httpsPort: number;
  httpPort: number;
  /** Whether addresses that are not on the internet may be asked: in development, and where the operator says so. */
  privateAddresses: boolean;
  /** Whether a text is this host's marker. */
  isMarker: (host: string, text: string) => boolean;
  timeoutMs?: number;
};

/** How one protocol answered; `why` says it in words for the screen. `unclear` is our own trouble and says nothing of the domain. */
export type ProbeAnswer = {
  result: "ours" | "other" | "unreachable" | "private" | "unclear";
  why?: string;
  /** Why browsers would not trust the certificate, in words; absent when they would, or without TLS. */
  untrusted?: string;
  /** From when to when the certificate is good, ISO 8601; absent without TLS. */
  certificate?: { from: string; until: string };
  /** The proxy that answered, as its headers tell. */
  proxy?: string;
};

export type Probe = { https: ProbeAnswer; http: ProbeAnswer | null };

const TIMEOUT_MS = 10_000;
const MOST_BYTES = 4_096;
const MOST_ADDRESSES = 2;

/** Asks by HTTPS, and by HTTP when that did not show the marker. Redirects are not followed. Never rejects. */
export async function probeHost(host: string, addresses: readonly string[], settings: ProbeSettings): Promise<Probe> {
  const reachable = addresses
    .filter((address) => settings.privateAddresses || isPublicAddress(address))
    .slice(0, MOST_ADDRESSES);
  if (reachable.length === 0) {
    const nowhere: ProbeAnswer = { result: "private", why: "The address is not on the internet." };
    return { https: nowhere, http: nowhere };
  }
  const byHttps = await probeAll("https", host, reachable, settings);
  if (byHttps.result === "ours") return { https: byHttps, http: null };
  return { https: byHttps, http: await probeAll("http", host, reachable, settings) };
}

type Scheme = "https" | "http";

async function probeAll(
  scheme: Scheme,
  host: string,
  addresses: readonly string[],
  settings: ProbeSettings,
): Promise<ProbeAnswer> {
  const deadline = AbortSignal.timeout(settings.timeoutMs ?? TIMEOUT_MS);
  let found: ProbeAnswer | undefined;
  for (const address of addresses) {
    const answer = await probe(scheme, host, address, settings, deadline);
    if (answer.result === "ours") return answer;
    // An address that we cannot ask, such as IPv6 where there is none, hides no failure of another.
    if (!found || found.result === "unclear") found = answer;
    if (deadline.aborted) break;
  }
  return found ?? { result: "unreachable" };
}

function probe(
  scheme: Scheme,
  host: string,
  address: string,
  settings: ProbeSettings,
  signal: AbortSignal,
): Promise<ProbeAnswer> {
  const options: RequestOptions = {
    host: address,
    family: isIP(address),
    port: scheme === "https" ? settings.httpsPort : settings.httpPort,
    path: MARKER_PATH,
    method: "GET",
    headers: { host, "user-agent": "Portico domain check", accept: "text/plain", connection: "close" },
    agent: false,
    signal,
  };
  return new Promise((resolve) => {
    const answered = (response: IncomingMessage) => {
      read(response).then(
        (body) => resolve(judge(scheme, host, response, body, settings)),
        (error: unknown) => resolve(failed(error, signal)),
      );
    };
    // An untrusted certificate is reported, not refused: whether our server stands there is another question.
    const request =
      scheme === "https"
        ? https.request({ ...options, servername: host, rejectUnauthorized: false }, answered)
        : http.request(options, answered);
    request.on("error", (error) => resolve(failed(error, signal)));
    request.end();
  });
}

async function read(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).length;
    if (size > MOST_BYTES) break;
  }
  return Buffer.concat(chunks).toString("utf8", 0, MOST_BYTES);
}

function judge(
  scheme: Scheme,
  host: string,
  response: IncomingMessage,
  body: string,
  { isMarker }: ProbeSettings,
): ProbeAnswer {
  const socket = response.socket as TLSSocket;
  const untrusted = scheme === "https" && !socket.authorized ? distrust(socket.authorizationError) : undefined;
  const proxy = proxyOf(response);
  const certificate = scheme === "https" ? lifetimeOf(socket) : undefined;
  const more = {
    ...(untrusted ? { untrusted } : {}),
    ...(certificate ? { certificate } : {}),
    ...(proxy ? { proxy } : {}),
  };
  if (response.statusCode === 200 && body.split(/\s+/).some((word) => word !== "" && isMarker(host, word)))
    return { result: "ours", ...more };
  const { location } = response.headers;
  if (location && response.statusCode && response.statusCode >= 300 && response.statusCode < 400)
    return { result: "other", why: `It leads on to ${location.slice(0, 200)}.`, ...more };
  return { result: "other", why: `Another server answers there (status ${response.statusCode}).`, ...more };
}

function lifetimeOf(socket: TLSSocket): ProbeAnswer["certificate"] {
  const { valid_from, valid_to } = socket.getPeerCertificate();
  const [from, until] = [new Date(valid_from), new Date(valid_to)];
  if (Number.isNaN(from.getTime()) || Number.isNaN(until.getTime())) return undefined;
  return { from: from.toISOString(), until: until.toISOString() };
}

const DISTRUST: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: "it has expired",
  DEPTH_ZERO_SELF_SIGNED_CERT: "it is signed by itself",
  ERR_TLS_CERT_ALTNAME_INVALID: "it is for another name",
  SELF_SIGNED_CERT_IN_CHAIN: "its authority is not a public one",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "its authority is not a public one",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its authority is not a public one",
};

// The types say Error; what stands there is the code alone.
const distrust = (error: Error) => DISTRUST[String(error)] ?? String(error);

function proxyOf({ headers }: IncomingMessage): string | undefined {
  if (headers["cf-ray"] || headers.server === "cloudflare") return "Cloudflare";
  if (headers["x-amz-cf-id"]) return "Amazon CloudFront";
  if (headers["x-served-by"] && /cache-/.test(String(headers["x-served-by"]))) return "Fastly";
  if (headers["x-azure-ref"]) return "Azure Front Door";
  return undefined;
}

// What keeps this machine from asking at all; a domain must not fail because we are cut off.
const OUR_TROUBLE = new Set([
  "ENETUNREACH",
  "ENETDOWN",
  "EADDRNOTAVAIL",
  "EMFILE",
  "ENFILE",
  "ENOBUFS",
  "EACCES",
  "EPERM",
]);

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "Nothing listens there (connection refused).",
  ECONNRESET: "The connection was closed before an answer came.",
  EHOSTUNREACH: "There is no way to that address.",
  ETIMEDOUT: "No answer in time.",
  EPROTO: "TLS could not be set up: no certificate for this name yet.",
};

function failed(error: unknown, signal: AbortSignal): ProbeAnswer {
  const { code = "", message } = error as NodeJS.ErrnoException;
  if (OUR_TROUBLE.has(code)) return { result: "unclear", why: `Our own network is in trouble (${code}).` };
  if (signal.aborted) return { result: "unreachable", why: "No answer in time." };
  if (code.startsWith("ERR_SSL") || /tls|ssl|alert/i.test(message ?? ""))
    return { result: "unreachable", why: WORDS.EPROTO ?? "" };
  return { result: "unreachable", why: WORDS[code] ?? `No answer (${code || "connection lost"}).` };
}
