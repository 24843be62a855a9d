// A contact's tags in a line, each leading to everybody who has it.
import { html } from "hono/html";
import { listPath } from "./contacts-view.ts";

export function Tags({ tags, slug }: { tags: readonly string[]; slug: string }) {
  if (tags.length === 0) return null;
  const line = tags.map((tag) => html`<li>${TagLink({ tag, slug, inList: true })}</li>`);
  return html`<ul class="tags" aria-label="Tags">${line}</ul>`;
}

/** A tag as a link to the list of those who have it; with `inList` it narrows the list that is open. */
export function TagLink({ tag, slug, inList }: { tag: string; slug: string; inList?: boolean }) {
  const href = listPath(slug, { tag });
  const asks =
    inList &&
    html` hx-get="${href}" hx-target="#contacts-table" hx-swap="outerMorph" hx-push-url="true" hx-indicator="closest .contacts"`;
  return html`<a class="badge" href="${href}"${asks}><span class="sr-only">Tag: </span>${tag}</a>`;
}
