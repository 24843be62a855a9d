// The reply to adding a sending domain: the form empty again, and the domain at the top of the list.
import { SendingAdd } from "./sending-add.part.tsx";
import { SendingDomainPart, type SendingPartProps } from "./sending-domain.part.tsx";

export function SendingAddedReply(props: SendingPartProps) {
  return (
    <>
      <SendingAdd slug={props.slug} />
      <hx-partial hx-target="#sending" hx-swap="afterbegin">
        <SendingDomainPart {...props} />
      </hx-partial>
      <hx-partial hx-target="#live" hx-swap="innerHTML">{`${props.domain.shownDomain} added`}</hx-partial>
    </>
  );
}
