// The developer's pages: mail that was kept instead of sent, and every e-mail template. Never mounted in production.
import { type Context, Hono } from "hono";
import { CataloguePage } from "../../views/dev/catalogue.page.tsx";
import { EmailsPage } from "../../views/dev/emails.page.tsx";
import { MailPage } from "../../views/dev/mail.page.tsx";
import { type KeptMail, MailsPage } from "../../views/dev/mail-list.page.tsx";
import { FRAME_SANDBOX } from "../../views/dev/mail-parts.tsx";

/** A kept message; `mail/outbox` has them. */
type Mail = KeptMail & { headers: { name: string; value: string }[]; text: string; html: string | null };

type Email = { subject: string; html: string; text: string };

/** What the pages read, handed in because a route knows neither mail nor e-mails: `outboxIn(dir)` and `allEmailPreviews`. */
export type DevDeps = {
  outbox: {
    list(filter: { to: string; limit: number }): Promise<readonly KeptMail[]>;
    read(id: string): Promise<Mail | undefined>;
  };
  emails: { kinds: readonly string[]; preview(kind: string): Promise<Email | null> };
  /** A relay is configured, so nothing new is kept. */
  sending: boolean;
};

// An e-mail brings its own inline styles, so it gets a policy of its own: no origin, no scripts, no forms, framed by us alone
const FRAMED_POLICY = `sandbox ${FRAME_SANDBOX}; script-src 'none'; object-src 'none'; form-action 'none'; frame-ancestors 'self'`;
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** The HTML of an e-mail for its frame: a click leaves the frame and takes the whole window along, as in a mail program. */
function framed(c: Context, html: string) {
  c.header("content-security-policy", FRAMED_POLICY);
  c.header("cache-control", "private, no-store");
  return c.html(html.replace(/<head[^>]*>/i, '$&<base target="_top">'));
}

/** The distinct web addresses of a message, those of its text first. */
function linksOf({ text, html }: Mail): string[] {
  const inText = text.match(/https?:\/\/[^\s<>"]+[^\s<>".,;:)]/g) ?? [];
  const inHtml = [...(html ?? "").matchAll(/href="(https?:\/\/[^"]+)"/g)].map(([, href]) =>
    (href ?? "").replaceAll("&amp;", "&"),
  );
  return [...new Set([...inText, ...inHtml])];
}

/** The pages under `/dev/mail` and `/dev/emails`. */
export function devRoutes({ outbox, emails, sending }: DevDeps) {
  const routes = new Hono();

  routes.get("/dev/mail", async (c) => {
    const to = c.req.query("to") ?? "";
    const mails = await outbox.list({ to, limit: 200 });
    return c.html(<MailsPage mails={mails} to={to} sending={sending} />);
  });

  routes.get("/dev/mail/:id", async (c) => {
    const mail = await outbox.read(c.req.param("id"));
    if (!mail) return c.notFound();
    c.header("content-security-policy", PAGE_POLICY);
    return c.html(<MailPage {...mail} hasHtml={mail.html !== null} links={linksOf(mail)} />);
  });

  routes.get("/dev/mail/:id/html", async (c) => {
    const mail = await outbox.read(c.req.param("id"));
    return mail?.html ? framed(c, mail.html) : c.notFound();
  });

  routes.get("/dev/emails", async (c) => {
    const previews = await Promise.all(
      emails.kinds.map(async (kind) => ({ kind, subject: "", text: "", ...(await emails.preview(kind)) })),
    );
    c.header("content-security-policy", PAGE_POLICY);
    return c.html(<EmailsPage emails={previews} />);
  });

  routes.get("/dev/emails/:kind/html", async (c) => {
    const email = await emails.preview(c.req.param("kind"));
    return email ? framed(c, email.html) : c.notFound();
  });

  routes.get("/dev/catalogue", (c) => {
    c.header("content-security-policy", PAGE_POLICY);
    return c.html(<CataloguePage />);
  });

  return routes;
}
