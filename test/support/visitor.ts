// A browser without a screen: keeps cookies, sends what browsers send, fills in forms from the page it was given.
import type { PublicApp } from "../../src/app.ts";
import type { Deps } from "../../src/deps.ts";
import { startMemberSession } from "../../src/models/people.ts";
import { sealSessionId } from "../../src/web/sessions.ts";

type Fields = Record<string, string | readonly string[]>;
type Options = { headers?: Record<string, string>; htmx?: string | true };

/** One browser at one host. Redirects are not followed, so that a test sees them. */
export class Visitor {
  readonly #app: PublicApp;
  readonly host: string;
  readonly cookies = new Map<string, string>();
  #token = "";

  constructor(app: PublicApp, host: string) {
    this.#app = app;
    this.host = host;
  }

  /** Signs this browser in as a member by a session row, as a sign-in would leave it. */
  async signInAs(deps: Deps, memberId: string): Promise<void> {
    const session = { memberId, method: "password", address: "127.0.0.1", userAgent: "test" } as const;
    const id = await deps.globals.run((db) => startMemberSession(db, session));
    const [name, seal] = sealSessionId("member", id, deps.config, deps.keys);
    this.cookies.set(name, seal);
  }

  get(path: string, options: Options = {}): Promise<Response> {
    return this.request("GET", path, undefined, options);
  }

  head(path: string, options: Options = {}): Promise<Response> {
    return this.request("HEAD", path, undefined, options);
  }

  /** Posts a form as a page of this host would: with Sec-Fetch-Site, and the token of the last page that was loaded. */
  post(path: string, fields: Fields = {}, options: Options = {}): Promise<Response> {
    const body = new URLSearchParams();
    if (this.#token) body.set("form_token", this.#token);
    for (const [name, value] of Object.entries(fields)) {
      for (const one of typeof value === "string" ? [value] : value) body.append(name, one);
    }
    const headers = { "sec-fetch-site": "same-origin", origin: `http://${this.host}`, ...options.headers };
    return this.request("POST", path, body.toString(), { ...options, headers });
  }

  /** As post, but as multipart/form-data with files in it. */
  postFiles(path: string, fields: Fields, files: Record<string, Uint8Array>, options: Options = {}): Promise<Response> {
    const body = new FormData();
    if (this.#token) body.set("form_token", this.#token);
    for (const [name, value] of Object.entries(fields)) {
      for (const one of typeof value === "string" ? [value] : value) body.append(name, one);
    }
    for (const [name, bytes] of Object.entries(files))
      body.append(name, new Blob([new Uint8Array(bytes)]), "../evil\0.php");
    const headers = { "sec-fetch-site": "same-origin", origin: `http://${this.host}`, ...options.headers };
    return this.request("POST", path, body, { ...options, headers });
  }

  /** Sends one request. `htmx` is true, or the id of the element that htmx asks for. */
  async request(
    method: string,
    path: string,
    body: string | FormData | undefined,
    { headers = {}, htmx }: Options = {},
  ): Promise<Response> {
    const sent = new Headers({ host: this.host, ...headers });
    if (this.cookies.size > 0)
      sent.set("cookie", [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; "));
    if (typeof body === "string" && !sent.has("content-type"))
      sent.set("content-type", "application/x-www-form-urlencoded");
    if (htmx) {
      sent.set("hx-request", "true");
      sent.set("hx-request-type", "partial");
      if (typeof htmx === "string") sent.set("hx-target", `div#${htmx}`);
    }
    const response = await this.#app.fetch(
      new Request(`http://${this.host}${path}`, { method, headers: sent, ...(body === undefined ? {} : { body }) }),
    );
    this.#keep(response);
    if ((response.headers.get("content-type") ?? "").includes("text/html")) {
      const html = await response.clone().text();
      this.#token = /name="form_token" value="([^"]+)"/.exec(html)?.[1] ?? this.#token;
    }
    return response;
  }

  /** Loads a page and returns its HTML. */
  async page(path: string, options: Options = {}): Promise<string> {
    return (await this.get(path, options)).text();
  }

  #keep(response: Response): void {
    for (const line of response.headers.getSetCookie()) {
      const [pair = "", ...attributes] = line.split(/;\s*/);
      const at = pair.indexOf("=");
      const gone = attributes.some((attribute) => /^max-age=0$/i.test(attribute));
      if (gone) this.cookies.delete(pair.slice(0, at));
      else this.cookies.set(pair.slice(0, at), decodeURIComponent(pair.slice(at + 1)));
    }
  }
}
