// The messages about a domain's last check, each over what it is about.
import { Callout } from "../ui/callout.tsx";
import { type DomainNote, type DomainView, notesOf } from "./domain-notes.ts";

export function DomainNotes(view: DomainView) {
  return notesOf(view).map((note) => <Note {...note} />);
}

function Note({ tone, title, text, found, expected }: DomainNote) {
  return (
    <Callout tone={tone}>
      <p>
        <b>{title}</b> {found && <Names lead="We found" names={found} after={expected ? ", " : ". "} />}
        {expected && <Names lead={found ? "we expect" : "We expect"} names={expected} after=". " />}
        {text}
      </p>
    </Callout>
  );
}

function Names({ lead, names, after }: { lead: string; names: readonly string[]; after: string }) {
  return (
    <>
      {lead}{" "}
      {names.map((name, i) => (
        <>
          {i > 0 && ", "}
          <code class="break">{name}</code>
        </>
      ))}
      {after}
    </>
  );
}
