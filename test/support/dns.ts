// A DNS server of the test's own on loopback: authoritative for what it is told, and as wrong, late or silent as the test wants it.
import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import dnsPacket, { type Answer, type Packet, type RecordType as PacketType } from "dns-packet";
import type { RecordType } from "../../src/dns/resolvers.ts";

/** How the server treats questions about a name: as it should, or with an error, silence, an answer to another question, or too late. */
export type Manner = "answer" | "servfail" | "refused" | "silent" | "wrong" | "late";

type Records = Partial<Record<RecordType, readonly string[]>>;

export type DnsServer = {
  /** `127.0.0.1:port`, as DNS_SERVERS takes it. */
  address: string;
  /** Replaces the records of a name; a name without any does not exist. CAA as `0 issue "ca.example"`. */
  set(name: string, records: Records | null): void;
  /** How questions about a name are treated from now on; `*` is for every name that has no manner of its own. */
  behave(name: string, manner: Manner): void;
  /** Every question that came, as `TYPE name`. */
  questions: string[];
  close(): Promise<void>;
};

const CODES = { servfail: 2, nxdomain: 3, refused: 5 } as const;
const MOST_HOPS = 12;

/** Starts the server on a free port, over UDP and TCP. `lateMs` is how long a late answer takes. */
export async function startDns(zone: Record<string, Records> = {}, { lateMs = 4_000 } = {}): Promise<DnsServer> {
  const records = new Map<string, Records>(Object.entries(zone));
  const manners = new Map<string, Manner>();
  const questions: string[] = [];
  const timers = new Set<NodeJS.Timeout>();
  const sockets = new Set<Socket>();

  const respond = (query: Buffer, send: (answer: Buffer) => void, decode: typeof dnsPacket.decode) => {
    const packet = decode(query);
    const [question] = packet.questions ?? [];
    if (!question) return;
    const name = question.name.toLowerCase();
    questions.push(`${question.type} ${name}`);
    const manner = manners.get(name) ?? manners.get("*") ?? "answer";
    if (manner === "silent") return;
    const answer = encode(packet, manner, answersTo(records, name, question.type as RecordType));
    if (manner !== "late") return send(answer);
    const timer = setTimeout(() => {
      timers.delete(timer);
      send(answer);
    }, lateMs);
    timers.add(timer);
  };

  const tcp = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
    let waiting = Buffer.alloc(0);
    socket.on("data", (chunk: Buffer) => {
      waiting = Buffer.concat([waiting, chunk]);
      while (waiting.length >= 2 && waiting.length >= 2 + waiting.readUInt16BE(0)) {
        const query = waiting.subarray(2, 2 + waiting.readUInt16BE(0));
        waiting = waiting.subarray(2 + query.length);
        respond(query, (answer) => socket.write(framed(answer)), dnsPacket.decode);
      }
    });
  });
  const udp = createSocket("udp4");
  udp.on("message", (query, from) => {
    respond(query, (answer) => udp.send(answer, from.port, from.address), dnsPacket.decode);
  });
  const port = await listenOnBoth(tcp, udp);

  return {
    address: `127.0.0.1:${port}`,
    set: (name, next) => {
      if (next) records.set(name.toLowerCase(), next);
      else records.delete(name.toLowerCase());
    },
    behave: (name, manner) => {
      manners.set(name.toLowerCase(), manner);
    },
    questions,
    close: async () => {
      if (!tcp.listening) return;
      for (const timer of timers) clearTimeout(timer);
      for (const socket of sockets) socket.destroy();
      await Promise.all([
        new Promise<void>((resolve) => udp.close(() => resolve())),
        new Promise<void>((resolve) => tcp.close(() => resolve())),
      ]);
    },
  };
}

// A port that is free for one of the two may be taken for the other.
async function listenOnBoth(tcp: Server, udp: UdpSocket): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    tcp.listen(0, "127.0.0.1");
    await once(tcp, "listening");
    const { port } = tcp.address() as AddressInfo;
    try {
      udp.bind(port, "127.0.0.1");
      await once(udp, "listening");
      return port;
    } catch (error) {
      if (attempt === 5) throw error;
      await new Promise((resolve) => tcp.close(resolve));
    }
  }
}

function framed(answer: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(answer.length);
  return Buffer.concat([length, answer]);
}

type Found = { exists: boolean; answers: Answer[] };

// As a resolver does it: aliases are followed for every type but CNAME itself. A loop ends in what was met on the way.
function answersTo(records: ReadonlyMap<string, Records>, asked: string, type: RecordType): Found {
  const answers: Answer[] = [];
  let name = asked;
  for (let hop = 0; hop < MOST_HOPS; hop++) {
    const found = records.get(name);
    if (!found) return { exists: hop > 0, answers };
    const alias = found.CNAME?.[0];
    if (type === "CNAME" || alias === undefined) {
      answers.push(...(found[type] ?? []).map((value) => record(name, type, value)));
      return { exists: true, answers };
    }
    answers.push(record(name, "CNAME", alias));
    name = alias.toLowerCase();
  }
  return { exists: true, answers };
}

function record(name: string, type: RecordType, value: string): Answer {
  if (type === "TXT") return { name, type, ttl: 1, data: value.match(/[\s\S]{1,255}/g) ?? [""] };
  if (type === "MX") {
    const [preference = "10", exchange = "."] = value.split(" ");
    return { name, type, ttl: 1, data: { preference: Number(preference), exchange } };
  }
  if (type !== "CAA") return { name, type, ttl: 1, data: value };
  const [, flags = "0", tag = "issue", text = ""] = /^(\d+) (\w+) "(.*)"$/.exec(value) ?? [];
  return { name, type: "CAA", ttl: 1, data: { flags: Number(flags), tag: tag as "issue", value: text } };
}

function encode(query: Packet, manner: Manner, { exists, answers }: Found): Buffer {
  const code =
    manner === "servfail" ? CODES.servfail : manner === "refused" ? CODES.refused : exists ? 0 : CODES.nxdomain;
  const wrong = manner === "wrong";
  return dnsPacket.encode({
    type: "response",
    // an answer to a question that nobody asked
    id: wrong ? ((query.id ?? 0) + 1) & 0xffff : query.id,
    flags: dnsPacket.AUTHORITATIVE_ANSWER | dnsPacket.RECURSION_DESIRED | dnsPacket.RECURSION_AVAILABLE | code,
    questions: wrong ? [{ name: "elsewhere.example", type: "A" as PacketType, class: "IN" }] : (query.questions ?? []),
    answers: code === 0 ? answers : [],
  } as Packet);
}
