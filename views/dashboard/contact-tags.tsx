// A contact's tags in a line, each leading to everybody who has it.
import { listPath, swapsTable } from "./contacts-view.ts";

export function Tags({ tags, slug }: { tags: readonly string[]; slug: string }) {
  if (tags.length === 0) return null;
  return (
    <ul class="tags" aria-label="Tags">
      {tags.map((tag) => (
        <li>
          <TagLink tag={tag} slug={slug} inList />
        </li>
      ))}
    </ul>
  );
}

/** A tag as a link to the list of those who have it; with `inList` it narrows the list that is open. */
export function TagLink({ tag, slug, inList }: { tag: string; slug: string; inList?: boolean }) {
  const href = listPath(slug, { tag });
  const asks = inList ? { "hx-get": href, ...swapsTable, "hx-indicator": "closest .contacts" } : {};
  return (
    <a class="badge" href={href} {...asks}>
      <span class="sr-only">Tag: </span>
      {tag}
    </a>
  );
}
