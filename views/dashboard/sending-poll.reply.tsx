// What a page that follows a sending domain gets: the domain anew with a word for screen readers, or its foot alone.
import { SendingDomainPart, SendingFoot, type SendingPartProps } from "./sending-domain.part.tsx";
import { badgeOf } from "./sending-words.ts";

export function SendingPollReply({ changed, ...props }: SendingPartProps & { changed: "state" | "words" | "time" }) {
  if (changed === "time")
    return (
      <hx-partial hx-target={`#sending-${props.domain.id}-foot`} hx-swap="outerHTML">
        <SendingFoot {...props} />
      </hx-partial>
    );
  return (
    <>
      <SendingDomainPart {...props} />
      {changed === "state" && (
        <hx-partial hx-target="#live" hx-swap="innerHTML">
          {`${props.domain.shownDomain}: ${badgeOf(props).word}`}
        </hx-partial>
      )}
    </>
  );
}
