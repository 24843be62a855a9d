// Whether workflows would start each other without end: a tag that one puts on or takes off is what starts another.
import type { Definition, Step, Trigger } from "./workflow-definitions.ts";

/** A workflow that is switched on, by name. */
export type NamedDefinition = { name: string; definition: Definition };

/**
 * The name of another workflow that this one would start, and that would start this one again with no wait anywhere on the way;
 * undefined when there is none. A loop with a wait in it is somebody's wish.
 */
export function findLoop(definition: Definition, others: readonly NamedDefinition[]): string | undefined {
  const began = started(definition, others);
  const reached = new Map(began.map((one) => [one, one]));
  // in the order in which they are found, so that each is followed once
  for (const [one, first] of reached) {
    if (startsAtOnce(one.definition.steps, definition.trigger)) return first.name;
    for (const next of started(one.definition, others)) if (!reached.has(next)) reached.set(next, first);
  }
  return undefined;
}

const started = ({ steps }: Definition, others: readonly NamedDefinition[]) =>
  others.filter((other) => startsAtOnce(steps, other.definition.trigger));

function startsAtOnce(steps: readonly Step[], { on, tag }: Trigger): boolean {
  for (const step of steps) {
    if (step.do === "wait" || step.do === "wait-until" || step.do === "stop") return false;
    if (step.do === "add-tag" && on === "tag-added" && step.tag === tag) return true;
    if (step.do === "remove-tag" && on === "tag-removed" && step.tag === tag) return true;
  }
  return false;
}
