// The parts that tables are made of: sortable heads, boxes that select, pages.
import { html, raw } from "hono/html";
import type { Child } from "hono/jsx";
import { classes, type Passed, passed } from "./attributes.ts";
import { BareBox } from "./check.tsx";
import { Icon } from "./icon.tsx";

type TableProps = {
  /** What the table holds, for screen readers. */
  caption: string;
  /** `contacts` drops columns and turns rows into cards as its panel narrows; `cards` does only the latter. */
  kind?: "contacts" | "cards" | undefined;
  head: Child;
  children: Child;
};

export function Table({ caption, kind, head, children }: TableProps) {
  return (
    <table class={classes("table", kind && "table--cards", kind === "contacts" && "table--contacts")}>
      <caption class="sr-only">{caption}</caption>
      <thead>
        <tr>{head}</tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}

type SortHeadProps = Passed & {
  label: string;
  href: string;
  /** Set on the column that the rows are ordered by. */
  direction?: "ascending" | "descending" | undefined;
  class?: string | undefined;
  target?: string | undefined;
};

const sortIcons = { ascending: "sortu", descending: "sortd" } as const;

/** A column head that orders the rows; `href` is the address with the order that a click gives. */
export function SortHead(props: SortHeadProps) {
  const { label, href, direction, target } = props;
  const asks = target ? { "hx-get": href, "hx-target": target, "hx-push-url": "true" } : {};
  return (
    <th scope="col" class={props.class} aria-sort={direction}>
      <a class="sort" href={href} {...asks} {...passed(props)}>
        {label}
        <Icon name={direction ? sortIcons[direction] : "updown"} />
      </a>
    </th>
  );
}

/** The head of a column that holds only buttons. */
export function ActionsHead() {
  return (
    <th scope="col">
      <span class="sr-only">Actions</span>
    </th>
  );
}

/** The head's cell that selects every row of this page. */
export function SelectAllCell({ disabled }: { disabled?: boolean | undefined }) {
  return (
    <td class="cell-check">
      <BareBox label="Select all on this page" disabled={disabled} data-all="" />
    </td>
  );
}

type SelectCellProps = {
  value: string;
  label: string;
  form: string;
  name?: string | undefined;
  checked?: boolean | undefined;
};

/** A row's box; `form` is the id of the bulk bar whose buttons send it. */
export function SelectCell({ value, label, form, name = "contact", checked }: SelectCellProps) {
  return html`<td class="cell-check"><label><input class="box" type="checkbox" name="${name}" value="${value}" form="${form}"${
    checked && raw(" checked")
  } aria-label="${label}"></label></td>`;
}

type PagerProps = Passed & {
  label: string;
  /** Which rows these are: "1–50 of 214". */
  range: string;
  previous?: string | undefined;
  next?: string | undefined;
  target?: string | undefined;
};

function Turn({
  href,
  label,
  icon,
  target,
  more,
}: {
  href: string | undefined;
  label: string;
  icon: "left" | "right";
  target: string | undefined;
  more: Passed;
}) {
  const asks = target ? { "hx-get": href, "hx-target": target, "hx-push-url": "true", ...passed(more) } : {};
  return (
    <li>
      {href ? (
        <a href={href} aria-label={label} {...asks}>
          <Icon name={icon} />
        </a>
      ) : (
        <span aria-disabled="true">
          <span class="sr-only">{label}</span>
          <Icon name={icon} />
        </span>
      )}
    </li>
  );
}

// As with "Never": the dash as a character reference keeps the page a text of one byte a letter.
const withDash = (range: string) => range.split("–").map((piece, i) => html`${i > 0 && raw("&ndash;")}${piece}`);

/** Previous and next page as links; htmx attributes go to both. */
export function Pager({ label, range, previous, next, target, ...more }: PagerProps) {
  return (
    <nav class="pager" aria-label={label}>
      <p>{withDash(range)}</p>
      <ul>
        <Turn href={previous} label="Previous page" icon="left" target={target} more={more} />
        <Turn href={next} label="Next page" icon="right" target={target} more={more} />
      </ul>
    </nav>
  );
}
