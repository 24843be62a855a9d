// What a page that follows a domain gets: the domain anew and, when its state changed, a word for screen readers; or its foot alone.
import { DomainFoot, DomainPart, type DomainPartProps } from "./domain.part.tsx";
import { badgeOf } from "./domain-words.ts";

export function DomainPollReply({ changed, ...props }: DomainPartProps & { changed: "state" | "words" | "time" }) {
  if (changed === "time")
    return (
      <hx-partial hx-target={`#domain-${props.domain.id}-foot`} hx-swap="outerHTML">
        <DomainFoot {...props} />
      </hx-partial>
    );
  return (
    <>
      <DomainPart {...props} />
      {changed === "state" && (
        <hx-partial
          hx-target="#live"
          hx-swap="innerHTML"
        >{`${props.domain.shownName}: ${badgeOf(props).word}`}</hx-partial>
      )}
    </>
  );
}
