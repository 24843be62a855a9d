// What stands where there is nothing yet: why, and what to do next.
import type { Child } from "hono/jsx";

type EmptyProps = { title: string; text: Child; door?: boolean | undefined; children?: Child | undefined };

function Door() {
  return (
    <svg class="art" viewBox="0 0 104 80" aria-hidden="true">
      <path d="M34 74V36a18 18 0 0 1 36 0v38" />
      <path d="M44 74V38a8 8 0 0 1 16 0v36" />
      <path d="M18 74h68" />
      <circle cx="56.5" cy="55" r="1.5" fill="currentColor" />
      <path d="M10 74h2M92 74h2M52 6V2M30 13l-3-3M74 13l3-3" />
    </svg>
  );
}

/** `children` are the next steps; `door` draws the picture for the very first one. */
export function Empty({ title, text, door, children }: EmptyProps) {
  return (
    <div class="empty">
      {door && <Door />}
      <h2>{title}</h2>
      <p>{text}</p>
      {children && <div class="row">{children}</div>}
    </div>
  );
}
