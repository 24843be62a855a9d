// What components pass through to the element they draw: attributes whose names are written in a view, and no others.

type Value = string | number | boolean | undefined;

/** The attributes that every component with a `Passed` type hands to its element: htmx, data and aria. */
export type Passed = { [Name in `${"hx" | "data" | "aria"}-${string}`]?: Value };

const passable = /^(?:hx|data|aria)-[a-z0-9:-]+$/;

/** Only the htmx, data and aria attributes of `props`, so that nothing else can be spread into an element by accident. */
export function passed(props: object): Record<string, Value> {
  const found: Record<string, Value> = {};
  for (const [name, value] of Object.entries(props)) if (passable.test(name)) found[name] = value;
  return found;
}

/** A class attribute of the names that hold, or undefined when there are none. */
export function classes(...names: (string | false | null | undefined)[]): string | undefined {
  return names.filter(Boolean).join(" ") || undefined;
}
