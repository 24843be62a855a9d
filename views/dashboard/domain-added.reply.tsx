// The reply to adding a domain: the form empty again, and the domain at the top of the list.
import { DomainPart, type DomainPartProps } from "./domain.part.tsx";
import { DomainAdd } from "./domain-add.part.tsx";

export function DomainAddedReply(props: DomainPartProps) {
  return (
    <>
      <DomainAdd slug={props.slug} />
      <hx-partial hx-target="#domains" hx-swap="afterbegin">
        <DomainPart {...props} />
      </hx-partial>
      <hx-partial hx-target="#live" hx-swap="innerHTML">{`${props.domain.shownName} added`}</hx-partial>
    </>
  );
}
