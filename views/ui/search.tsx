// A search input with its glass and a spinner while htmx asks.
import { type Passed, passed } from "./attributes.ts";
import { Icon } from "./icon.tsx";

type SearchProps = Passed & {
  id?: string | undefined;
  name?: string | undefined;
  value?: string | undefined;
  label: string;
  placeholder?: string | undefined;
  autofocus?: boolean | undefined;
};

export function Search(props: SearchProps) {
  return (
    <div class="search">
      <Icon name="search" />
      <input
        class="input"
        type="search"
        id={props.id}
        name={props.name ?? "q"}
        value={props.value ?? ""}
        placeholder={props.placeholder}
        aria-label={props.label}
        autofocus={props.autofocus || undefined}
        {...passed(props)}
      />
      <span class="htmx-indicator">
        <span class="spinner" />
      </span>
    </div>
  );
}
