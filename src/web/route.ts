// What a route is: a row of a door's map that states who may use it, and the request as its handler sees it.
import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";
import type { AgencyStore } from "../db/agency-store.ts";
import type { PortalHost } from "../db/directory.ts";
import type { Role } from "../db/schema.ts";
import type { Deps } from "../deps.ts";
import type { SignedInContact } from "../models/contact-sessions.ts";
import type { Membership, MemberVisit } from "../models/people.ts";
import type { Form } from "./forms.ts";

/** The random id that every browser gets with its first page: it ties forms, asked-for links and codes to that browser. */
export type Browser = { id: string; hash: Buffer };

export type BaseVariables = {
  deps: Deps;
  requestId: string;
  browser: Browser;
  /** The client's address: the socket's, or the one that a trusted proxy forwarded. */
  address: string;
  /** The form field that stands in for the headers that some browsers leave out, once a page has asked for it (`formToken`). */
  csrf: string | undefined;
  form: Form | undefined;
  /** Whether the route that answers takes files. */
  takesFiles: boolean | undefined;
  /** The pattern of the route that answered, for logs and metrics. */
  route: string;
};

export type MemberVariables = BaseVariables & {
  sessionId: string | undefined;
  /** Set on every route but those for anyone. */
  member: MemberVisit["member"];
  memberships: Membership[];
  /** Set on the routes of one agency. */
  agency: { id: string; slug: string; name: string; timeZone: string };
  role: Role;
  store: AgencyStore;
};

export type PortalVariables = BaseVariables & {
  sessionId: string | undefined;
  portal: PortalHost;
  store: AgencyStore;
  contact: SignedInContact | undefined;
};

export type BaseContext = Context<{ Bindings: HttpBindings; Variables: BaseVariables }>;
export type MemberContext = Context<{ Bindings: HttpBindings; Variables: MemberVariables }>;
export type PortalContext = Context<{ Bindings: HttpBindings; Variables: PortalVariables }>;

type Answer = Response | Promise<Response>;

/**
 * A row of the dashboard's map. `role` is the least that may use it: "anyone" signed in or not, "signed-in" any member, else a role
 * in the agency that `:agency` names. `bodyLimit` is in bytes, 64 KiB unless told; `files` says that its forms may carry some.
 */
export type MemberRoute = {
  method: "get" | "post";
  path: string;
  role: Role | "anyone" | "signed-in";
  bodyLimit?: number;
  files?: boolean;
  handler: (c: MemberContext) => Answer;
};

/**
 * A row of the portal's map: for anyone, or for a signed-in contact. `bodyLimit` is in bytes, 64 KiB unless told. `remembered`: the
 * page is the same for everybody who comes without a session and without a query, but for its form's token. `fromAnywhere`: what it
 * is asked proves itself, and so it may be posted by what is no page of ours.
 */
export type PortalRoute = {
  method: "get" | "post";
  path: string;
  needs: "anyone" | "contact";
  bodyLimit?: number;
  remembered?: true;
  fromAnywhere?: true;
  handler: (c: PortalContext) => Answer;
};

export const SIGN_IN_BODY = 4 * 1024;
export const FORM_BODY = 64 * 1024;
