// Forty ways to lie about the host, against every route that makes mail: none of them gets another name into a mail.
import net from "node:net";
import { type ParsedMail, simpleParser } from "mailparser";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createAccessLink } from "../../src/models/access-links.ts";
import { dashboardRoutes } from "../../src/routes/dashboard/index.ts";
import { portalRoutes } from "../../src/routes/portal/index.ts";
import { type Product, startProduct } from "../support/product.ts";

let product: Product;
let agencyId: string;
let member: string;
let sendingDomain: string;

// What a form may be posted to without any mail coming of it, or of nothing that the request says: a new route has to take a side.
const QUIET = [
  "app /agencies/new, /sign-in, /sign-out, /sign-up, /reset-password/:token",
  "app /:agency/contact-tags, /:agency/revocations, /:agency/restorations, /:agency/suppressions/removals",
  "app /:agency/contacts/:id/details, /:agency/contacts/:id/workflow-mail, /:agency/contacts/:id/sessions",
  "app /:agency/magic-links, /:agency/magic-links/:id/revocation, /:agency/sending/resumption",
  "app /:agency/invitations/preview, /:agency/login-emails/plan, /:agency/emails/:id/cancellation",
  "app /:agency/email-batches/:id/stop, /:agency/email-batches/:id/pause, /:agency/email-batches/:id/resumption",
  "app /:agency/settings/branding, /:agency/settings/branding/preview",
  "app /:agency/settings/domains, /:agency/settings/domains/:id/checks, /:agency/settings/domains/:id/removal",
  "app /:agency/settings/domains/:id/selection",
  "app /:agency/settings/team/:id/role, /:agency/settings/team/:id/removal",
  "app /:agency/settings/sending, /:agency/settings/sending/selection, /:agency/settings/sending/:id/checks",
  "app /:agency/settings/sending/:id/sender, /:agency/settings/sending/:id/selection, /:agency/settings/sending/:id/removal",
  "app /:agency/settings/email-templates, /:agency/settings/email-templates/:key, /:agency/settings/email-templates/:key/preview",
  "app /:agency/settings/email-templates/:key/default, /:agency/settings/email-templates/:key/versions",
  "app /:agency/settings/email-templates/:key/removal",
  "app /:agency/workflows, /:agency/workflows/settings",
  "portal /l/:token, /sign-in, /sign-out, /sign-in/code, /hand-over/to/:token",
  "portal /profile, /profile/devices/sign-out, /profile/devices/:id/sign-out, /profile/emails, /profile/password, /welcome",
].flatMap((line) => {
  const [door = "", paths = ""] = line.split(/ (.*)/);
  return paths.split(", ").map((path) => `${door} ${path}`);
});

beforeAll(async () => {
  // Loopback is a trusted proxy here: what it forwards counts for the client's address, and for nothing else. Nobody answers for DNS.
  product = await startProduct({
    TRUSTED_PROXIES: "127.0.0.1",
    WORKER_CONCURRENCY: "10",
    DNS_SERVERS: "127.0.0.1:9",
  });
  const { rows } = await product.database.owner.query("select id from agencies where slug = 'northwind'");
  agencyId = (rows[0] as { id: string }).id;
  member = await signIn();
  sendingDomain = await addSendingDomain();
});
afterAll(() => product?.stop());

type Shape = { name: string; target?: (host: string, path: string) => string; lines: (host: string) => string[] };

const beside = (name: string, value: string | ((host: string) => string)): Shape => ({
  name: `${name}: ${typeof value === "string" ? value : "…"}`,
  lines: (host) => [`Host: ${host}`, `${name}: ${typeof value === "string" ? value : value(host)}`],
});
const instead = (name: string, ...hosts: ((host: string) => string)[]): Shape => ({
  name,
  lines: (host) => hosts.map((one) => `Host: ${one(host)}`),
});

const shapes: readonly Shape[] = [
  beside("X-Forwarded-Host", "evil.example"),
  beside("X-Forwarded-Host", (host) => `${host}, evil.example`),
  beside("X-Forwarded-Host", "evil.example:443"),
  beside("X-Forwarded-Server", "evil.example"),
  beside("X-Forwarded-Port", "6666"),
  beside("X-Forwarded-Proto", "evil"),
  beside("X-Forwarded-Prefix", "//evil.example"),
  beside("X-Forwarded-Scheme", "javascript"),
  beside("X-Forwarded", "host=evil.example"),
  beside("Forwarded", "host=evil.example;proto=https"),
  beside("Forwarded", 'for=10.0.0.1;host="evil.example"'),
  beside("X-Host", "evil.example"),
  beside("X-Original-Host", "evil.example"),
  beside("X-HTTP-Host-Override", "evil.example"),
  beside("X-Original-URL", "http://evil.example/"),
  beside("X-Rewrite-URL", "//evil.example/"),
  beside("X-Real-Host", "evil.example"),
  beside("X-Proxy-Host", "evil.example"),
  beside("Proxy-Host", "evil.example"),
  beside("X-Backend-Host", "evil.example"),
  beside("Base-URL", "http://evil.example"),
  beside("X-WAP-Profile", "http://evil.example/x.xml"),
  beside("Referer", "http://evil.example/sign-in"),
  beside("Via", "1.1 evil.example"),
  beside("True-Client-IP", "evil.example"),
  beside("X-Forwarded-For", "evil.example"),
  beside("HX-Current-URL", "http://evil.example/northwind"),
  beside("Origin", "http://evil.example"),
  beside("\tHost", "evil.example"),
  instead("a foreign host", () => "evil.example"),
  instead(
    "two hosts",
    (host) => host,
    () => "evil.example",
  ),
  instead(
    "two hosts, ours last",
    () => "evil.example",
    (host) => host,
  ),
  instead("a list", (host) => `${host}, evil.example`),
  instead("user information", (host) => `${host}@evil.example`),
  instead("a path", (host) => `evil.example/${host}`),
  instead("a name below ours", (host) => `evil.example.${host}`),
  instead("ours below another", (host) => `${host.replace(/:\d+$/, "")}.evil.example`),
  instead("a foreign port", (host) => `${host.replace(/:\d+$/, "")}:evil.example`),
  {
    name: "another authority in the target",
    target: (_, path) => `http://evil.example${path}`,
    lines: (host) => [`Host: ${host}`],
  },
  {
    name: "another authority in a relative target",
    target: (_, path) => `//evil.example${path}`,
    lines: (host) => [`Host: ${host}`],
  },
];

/** Sends one request as it stands and returns the number of the status line; 0 when the connection just ends. */
function send(text: string): Promise<number> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = net.connect(product.port, "127.0.0.1", () => socket.write(text));
    socket.setEncoding("latin1");
    socket.on("data", (chunk: string) => {
      answer += chunk;
    });
    socket.on("error", () => resolve(0));
    socket.on("close", () => resolve(Number(answer.slice(9, 12)) || 0));
  });
}

function post(shape: Shape, host: string, path: string, fields: Record<string, string>, cookie = ""): Promise<number> {
  const body = new URLSearchParams(fields).toString();
  const head = [
    `POST ${shape.target?.(host, path) ?? path} HTTP/1.1`,
    ...shape.lines(host),
    "Sec-Fetch-Site: same-origin",
    ...(cookie ? [`Cookie: ${cookie}`] : []),
    "Content-Type: application/x-www-form-urlencoded",
    `Content-Length: ${body.length}`,
    "Connection: close",
  ];
  return send(`${head.join("\r\n")}\r\n\r\n${body}`);
}

async function signIn(): Promise<string> {
  const response = await fetch(`${product.appUrl}/sign-in`, {
    method: "POST",
    redirect: "manual",
    headers: { "sec-fetch-site": "same-origin" },
    body: new URLSearchParams({ email: "nora@northwind.example", password: "correct-horse-battery" }),
  });
  const cookie = response.headers.getSetCookie().find((line) => line.startsWith("member="));
  if (!cookie) throw new Error(`Nora could not sign in: ${response.status}`);
  return cookie.split(";")[0] ?? "";
}

async function joined(email: string): Promise<string> {
  const { rows } = await product.database.owner.query(
    `insert into contacts (agency_id, email, name, invited_at, joined_at, email_proven_at)
     values ($1, $2, 'Jane Doe', now(), now(), now()) returning id`,
    [agencyId, email],
  );
  return (rows[0] as { id: string }).id;
}

// Verified by decree, and not the one that everything else comes from.
async function addSendingDomain(): Promise<string> {
  await fetch(`${product.appUrl}/northwind/settings/sending`, {
    method: "POST",
    redirect: "manual",
    headers: { "sec-fetch-site": "same-origin", cookie: member },
    body: new URLSearchParams({ domain: "mail.northwind.example" }),
  });
  const { rows } = await product.database.owner.query(
    "update sending_domains set verified_at = now(), selected_at = null where domain = 'mail.northwind.example' returning id",
  );
  return (rows[0] as { id: string }).id;
}

/** A login email to the contact that failed, alone or in a batch of its own. */
async function failed(contactId: string, email: string, inBatch = false): Promise<{ id: string; batch: string }> {
  const { rows } = await product.database.owner.query(
    `with batch as (insert into email_batches (agency_id, kind, total) select $1, 'login-email', 1 where $4 returning id)
     insert into emails (agency_id, kind, contact_id, batch_id, to_email, lifetime_seconds, status, reason)
     select $1, 'login-email', $2, (select id from batch), $3, 86400, 'failed', 'The mail server was silent.'
     returning id, batch_id as batch`,
    [agencyId, contactId, email, inBatch],
  );
  return rows[0] as { id: string; batch: string };
}

/** A person who was put on the team and has not come yet. */
async function waitedFor(email: string): Promise<string> {
  const { rows } = await product.database.owner.query(
    `with person as (insert into members (email, name, password_hash) values ($2, 'Aoife Brennan', 'x') returning id)
     insert into memberships (agency_id, member_id, role, invited_by)
     select $1, id, 'viewer', (select id from members where email = 'nora@northwind.example') from person returning member_id as id`,
    [agencyId, email],
  );
  return (rows[0] as { id: string }).id;
}

type Pressed = Record<string, number>;

async function press(shape: Shape, i: number): Promise<Pressed> {
  await product.database.owner.query("delete from limits");
  const [app, portal] = [new URL(product.appUrl).host, new URL(product.portalUrl("northwind")).host];
  const contact = (what: string) => `${what}${i}@brightwater.example`;
  const [mailed, , , old] = [
    await joined(contact("mailed")),
    await joined(contact("asks")),
    await joined(contact("forgot")),
    await joined(contact("late")),
  ];
  const broken = async (what: string, inBatch = false) =>
    await failed(await joined(contact(what)), contact(what), inBatch);
  const [one, batch, wrong] = [await broken("one"), await broken("batch", true), await joined(contact("wrong"))];
  await broken("rest");
  const words = { subject: "Sign in", preheader: "", heading: "Hello", body: "Sign in below.", button: "Sign in" };
  const { token } = await product.database
    .store(agencyId)
    .write((db) =>
      createAccessLink(db, { contactId: old, kind: "login", uses: "once", destination: "/", lifetimeSeconds: 60 }),
    );
  const staff = (path: string, fields: Record<string, string> = {}) =>
    post(shape, app, `/northwind${path}`, fields, member);
  return {
    "portal /sign-in/link": await post(shape, portal, "/sign-in/link", { email: contact("asks") }),
    "portal /forgot-password": await post(shape, portal, "/forgot-password", { email: contact("forgot") }),
    "portal /l/:token/new": await post(shape, portal, `/l/${token}/new`, {}),
    "app /forgot-password": await post(shape, app, "/forgot-password", { email: "nora@northwind.example" }),
    "app /:agency/invitations": await staff("/invitations", { emails: contact("invited") }),
    "app /:agency/login-emails": await staff("/login-emails", { contact: mailed }),
    "app /:agency/emails/:id/retry": await staff(`/emails/${one.id}/retry`),
    "app /:agency/email-batches/:id/retries": await staff(`/email-batches/${batch.batch}/retries`),
    "app /:agency/email-log/retries": await staff("/email-log/retries"),
    "app /:agency/contacts/:id/address": await staff(`/contacts/${wrong}/address`, { email: contact("right") }),
    "app /:agency/settings/email-templates/:key/tests": await staff(
      "/settings/email-templates/login-email/tests",
      words,
    ),
    "app /:agency/settings/sending/:id/tests": await staff(`/settings/sending/${sendingDomain}/tests`),
    "app /:agency/settings/team": await staff("/settings/team", {
      name: "Tuva Berg",
      email: contact("tuva"),
      role: "viewer",
    }),
    "app /:agency/settings/team/:id/mails": await staff(`/settings/team/${await waitedFor(contact("aoife"))}/mails`),
  };
}

// Workflows mail by jobs that time or an event starts: what a request says of its host is gone by then.
const isWorkflow = (path: string) => path.startsWith("/:agency/workflows/:") || path.startsWith("/unsubscribe");

test("every route that takes a form is pressed below, or listed as one that no mail comes of", async () => {
  const posted = [
    ...dashboardRoutes.map((route) => ({ ...route, door: "app" })),
    ...portalRoutes.map((route) => ({ ...route, door: "portal" })),
  ]
    .filter(({ method, path }) => method === "post" && !isWorkflow(path))
    .map(({ door, path }) => `${door} ${path.replace(/\{[^}]*\}/g, "")}`);
  const pressed = await press(harmless, shapes.length);
  expect(Object.entries(pressed).filter(([, status]) => status < 200 || status >= 400)).toEqual([]);
  const mailing = Object.keys(pressed);
  expect(posted.filter((path) => !mailing.includes(path) && !QUIET.includes(path))).toEqual([]);
  expect([...mailing, ...QUIET].filter((path) => !posted.includes(path))).toEqual([]);
});

const harmless: Shape = { name: "nothing wrong", lines: (host) => [`Host: ${host}`] };

const linksIn = (mail: ParsedMail) =>
  `${mail.text ?? ""} ${(mail.html || "").replace(/<!doctype[^>]*>/i, "")}`.match(/https?:\/\/[^\s"<>)]+/g) ?? [];

test("no mail names a host that is not ours, whatever the request says of it", async () => {
  expect(shapes).toHaveLength(40);
  let done = 0;
  for (const [i, shape] of shapes.entries()) {
    const statuses = Object.values(await press(shape, i));
    expect([shape.name, statuses.filter((status) => status >= 500)]).toEqual([shape.name, []]);
    done += statuses.filter((status) => status >= 200 && status < 400).length;
  }
  // The shapes that leave the Host header alone are harmless, so they do what was asked: there is mail to look at.
  expect(done).toBeGreaterThan(100);
  const waiting = async () =>
    (
      await product.database.owner.query(
        "select count(*)::int as n from jobs where kind not in ('sweep') and run_at < now() + interval '1 minute'",
      )
    ).rows[0] as { n: number };
  await expect.poll(waiting, { timeout: 50_000 }).toEqual({ n: 0 });
  expect(product.smtp.messages.length).toBeGreaterThan(100);
  const ours = new Set([product.appUrl, product.portalUrl("northwind")].map((url) => new URL(url).origin));
  const foreign = new Set<string>();
  const withoutLink = new Set<string>();
  for (const { raw } of product.smtp.messages) {
    const mail = await simpleParser(raw);
    expect(raw.toString().replace(/=\r?\n/g, "")).not.toMatch(/evil\.example|:6666\b|javascript:/i);
    const links = linksIn(mail);
    if (links.length === 0) withoutLink.add(mail.subject ?? "");
    for (const link of links) if (!ours.has(new URL(link).origin)) foreign.add(link);
  }
  expect([...foreign]).toEqual([]);
  // Two mails have nowhere to go: a notice, and a test of what they come from.
  expect([...withoutLink].sort()).toEqual(["Test mail from Northwind", "Your email address for Northwind was changed"]);
}, 120_000);
