// The custom values that a search has found, each a button that writes it at the cursor.
import type { CustomValue } from "../../src/models/custom-values.ts";

const groups = ["Contact", "Links", "Agency"] as const;

function Value({ name, kind, label, about }: CustomValue) {
  return (
    <li>
      <button type="button" data-insert={`{{ ${name} }}`} data-insert-in={kind === "text" ? undefined : "body"}>
        <span>
          {label}
          <small>{about}</small>
        </span>
        <span class="merge">{name}</span>
      </button>
    </li>
  );
}

export function CustomValues({ values }: { values: readonly CustomValue[] }) {
  return (
    <div class="scroll" id="custom-values" tabindex={0} role="group" aria-label="Custom values">
      {groups.map((group) => {
        const found = values.filter((value) => value.group === group);
        return (
          found.length > 0 && (
            <>
              <p class="menu__title" id={`custom-values-${group}`}>
                {group}
              </p>
              <ul class="list" aria-labelledby={`custom-values-${group}`}>
                {found.map((value) => (
                  <Value {...value} />
                ))}
              </ul>
            </>
          )
        );
      })}
      {values.length === 0 && <p class="menu__note">No custom value has this name.</p>}
    </div>
  );
}
