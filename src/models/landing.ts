// Where a member goes after signing in: a path from an allow-list, never a URL.
import { app } from "../paths.ts";

// One slash in front, no dots or backslashes that a browser might read as another host or a way out of the agency.
const INSIDE = /^\/([a-z0-9-]{2,40})((?:\/[a-z0-9-]+)*)(\?[A-Za-z0-9=&%+_.~@-]*)?$/;

/** The path asked for when it lies within one of these agencies, or is one that every member may open; otherwise undefined. */
export function allowedPath(wanted: string, slugs: readonly string[]): string | undefined {
  if (wanted === app.agencies() || wanted === app.newAgency()) return wanted;
  const slug = INSIDE.exec(wanted)?.[1];
  return slug && wanted.length <= 500 && slugs.includes(slug) ? wanted : undefined;
}

/** Where a member with these agencies begins: the Client portal page of the only one, or the list to choose from. */
export function startPath(slugs: readonly string[]): string {
  const [only, ...more] = slugs;
  return only !== undefined && more.length === 0 ? app.portal(only) : app.agencies();
}

/** The path after signing in: the one asked for when it is allowed, else where this member begins. */
export function landingPath(wanted: string, slugs: readonly string[]): string {
  return allowedPath(wanted, slugs) ?? startPath(slugs);
}
