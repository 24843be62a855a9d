// What can be done with the ticked rows; shows itself while any box of its list is ticked, also without JavaScript.
import { type Child, createContext, useContext } from "hono/jsx";
import { Button, IconButton } from "./button.tsx";
import { FormToken } from "./form-token.tsx";

/** The id of the bar around its buttons. */
const BarContext = createContext("");

type BulkBarProps = {
  /** Also the id of the form that the rows' boxes belong to. */
  id: string;
  label: string;
  /** How many match the current filter in all, undefined where nobody has counted them; more than `shown` offers to select them all. */
  total: number | undefined;
  shown: number;
  /** Where the buttons go unless they have a `formaction` of their own. */
  action: string;
  method?: "get" | "post" | undefined;
  /** Hidden fields that say which filter "all" means. */
  filter?: Readonly<Record<string, string | undefined>> | undefined;
  children: Child;
};

function Count({ total, shown }: BulkBarProps) {
  return (
    <p>
      <span>
        <span aria-live="polite" data-selected>
          <span data-some>
            <b data-count>0</b> selected
          </span>
          <span data-every hidden>
            All {total === undefined ? "that match" : <b>{total}</b>} selected
          </span>
        </span>
        {(total === undefined || total > shown) && (
          <button class="link-btn" type="button" data-select-every hidden>
            {`Select all ${total ?? "that match"}`}
          </button>
        )}
      </span>
      <button class="link-btn only-small" type="button" data-clear>
        Clear
      </button>
    </p>
  );
}

/** Belongs inside the element with class `contacts`; its form sends the ticked `contact`s, or `all=1` with the filter. */
export function BulkBar(props: BulkBarProps) {
  const filter = Object.entries(props.filter ?? {}).filter(([, value]) => value);
  return (
    <form class="bulkbar" id={props.id} method={props.method ?? "get"} action={props.action} aria-label={props.label}>
      {props.method === "post" && <FormToken />}
      <input type="hidden" name="all" value="1" data-all-matching disabled />
      {filter.map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      <Count {...props} />
      <BarContext.Provider value={props.id}>{props.children}</BarContext.Provider>
      <IconButton icon="x" label="Clear selection" variant="quiet" small class="only-wide" data-clear="" />
    </form>
  );
}

type BulkButtonProps = Omit<Parameters<typeof Button>[0], "small" | "type">;

/** One action of the bar; submits its form, so `hx-get` or `hx-post` on it takes the ticked rows along. */
export function BulkButton(props: BulkButtonProps) {
  const bar = useContext(BarContext);
  // Named one by one: htmx finds the boxes by where they stand, not by the form they belong to.
  return <Button hx-include={`#${bar}, [form=${bar}]`} {...props} type="submit" small />;
}
