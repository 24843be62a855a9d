// How far something has come, step by step.
import { Icon, type IconName } from "./icon.tsx";

export type Step = { label: string; state: "done" | "now" | "fail" | "todo" };

const icons: Readonly<Record<Step["state"], IconName>> = { done: "done", now: "half", fail: "fail", todo: "none" };

export function Steps({ steps }: { steps: readonly Step[] }) {
  return (
    <ol class="steps">
      {steps.map(({ label, state }) => (
        <li class={state} aria-current={state === "now" ? "step" : undefined}>
          <Icon name={icons[state]} />
          {label}
        </li>
      ))}
    </ol>
  );
}
