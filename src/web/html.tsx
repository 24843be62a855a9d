// How a handler answers: a page, a part or reply, or a redirect with words that the next page shows.
import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import type { Child } from "hono/jsx";
import { FormTokenContext } from "../../views/ui/form-token.tsx";
import type { Frame } from "../../views/ui/remembered.tsx";
import type { ToastProps } from "../../views/ui/toast.tsx";
import { ToastPart } from "../../views/ui/toast.tsx";
import { keepBrowser } from "./browser.ts";
import { cookieName, cookieOptions } from "./cookies.ts";
import type { BaseContext, MemberContext } from "./route.ts";
import { formToken } from "./security.ts";
import { writePage } from "./written-page.ts";

export type FlashWords = { kind: "good" | "bad"; text: string };

const VARY = "HX-Request, HX-Target, HX-History-Restore-Request";

/** Whether htmx asked, and for something less than a whole page. */
export function isHtmx(c: Context): boolean {
  return c.req.header("hx-request") === "true" && c.req.header("hx-request-type") !== "full";
}

/** Whether htmx asked for the element with this id alone. */
export function wantsPart(c: Context, id: string): boolean {
  return isHtmx(c) && (c.req.header("hx-target") ?? "").split("#").at(-1) === id;
}

function render(c: BaseContext, content: Child, status: number): Response | Promise<Response> {
  c.header("vary", VARY, { append: true });
  keepBrowser(c);
  return c.html(<FormTokenContext.Provider value={formToken(c)}>{content}</FormTokenContext.Provider>, status as 200);
}

/** Answers with a whole document. */
export function page(c: Context, content: Child, status = 200): Response | Promise<Response> {
  return render(c as BaseContext, content, status);
}

const HTML = { "content-type": "text/html; charset=UTF-8" };

/** Answers with a whole document that was drawn around its `content`, which is HTML. */
export function framedPage(context: Context, frame: Frame, content: Uint8Array): Response {
  const c = context as BaseContext;
  const token = formToken(c);
  const pieces = frame.map((piece) => (piece === "token" ? token : piece === "content" ? content : piece));
  // Words left behind are forgotten by a header of this answer alone.
  const written = hasFlash(c) ? undefined : writePage(c, pieces, { ...HTML, vary: VARY });
  if (written) return written;
  c.header("vary", VARY, { append: true });
  keepBrowser(c);
  return c.body(Buffer.concat(pieces.map((piece) => Buffer.from(piece))), 200, HTML);
}

/** Answers with one or several elements alone: a part that was asked for, or the reply to a mutation. */
export function part(c: Context, content: Child, status = 200): Response | Promise<Response> {
  return render(c as BaseContext, content, status);
}

/** Words in a corner of the page that is open; goes into a reply beside its parts. */
export function toast(kind: "good" | "bad", text: string): Child {
  return <ToastPart tone={kind} title={text} />;
}

/** Sends the browser to another page of this host with 303; htmx is told to load it whole. `flash` is shown there. */
export function seeOther(c: Context, path: string, flash?: FlashWords): Response {
  if (!path.startsWith("/") || path.startsWith("//")) throw new Error("A redirect is a path of this host.");
  if (flash) leaveFlash(c as BaseContext, flash);
  if (!isHtmx(c)) return c.redirect(path, 303);
  c.header("hx-redirect", path);
  return c.body(null, 204);
}

function leaveFlash(c: BaseContext, flash: FlashWords): void {
  const { config, keys } = c.get("deps");
  const text = Buffer.from(JSON.stringify(flash)).toString("base64url");
  setCookie(c, cookieName(config, "flash"), `${text}.${keys.sign("flash", text)}`, {
    ...cookieOptions(config),
    maxAge: 60,
  });
}

const hasFlash = (c: BaseContext) => getCookie(c, cookieName(c.get("deps").config, "flash")) !== undefined;

/** The words that the request before left behind, as toasts; reading them forgets them. */
export function takeFlash(c: Context): ToastProps[] {
  const { config, keys } = (c as BaseContext).get("deps");
  const name = cookieName(config, "flash");
  const [text = "", signature = ""] = (getCookie(c, name) ?? "").split(".");
  if (!text) return [];
  deleteCookie(c, name, cookieOptions(config));
  if (!keys.verify("flash", text, signature)) return [];
  const { kind, text: title } = JSON.parse(Buffer.from(text, "base64url").toString()) as FlashWords;
  return [{ tone: kind, title }];
}

/** What the dashboard's layout shows around every page: the agency, the member, where else to go, and words left behind. */
export function shellOf(c: MemberContext) {
  const { config, hosts } = c.get("deps");
  const agency = c.get("agency");
  return {
    agency: { name: agency.name, slug: agency.slug },
    host: hosts.homeOf(agency.id) ?? `${agency.slug}.${config.portalOrigin.portalDomain}`,
    member: { ...c.get("member"), role: c.get("role") },
    failedEmails: c.get("memberships").find(({ slug }) => slug === agency.slug)?.failedEmails ?? 0,
    memberships: c.get("memberships").map(({ name, slug }) => ({ name, slug })),
    flash: takeFlash(c),
  };
}
