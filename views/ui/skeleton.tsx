// Grey shapes where content is on its way.

type SkeletonProps = { size?: "s" | "m" | "l" | undefined; round?: boolean | undefined };

export function Skeleton({ size, round }: SkeletonProps) {
  return <span class={round ? "skeleton skeleton--round" : `skeleton skeleton--${size ?? "m"}`} />;
}

/** A thin moving line at the top of what is being loaded; htmx shows it while it asks. */
export function LoadBar({ label }: { label: string }) {
  return <div class="htmx-indicator loadbar" role="progressbar" aria-label={label} />;
}
