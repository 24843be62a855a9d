// A contact's own details, and the form that changes them in the same place.
import type { Contact } from "../../src/models/contacts.ts";
import { app } from "../../src/paths.ts";
import { Button, ButtonLink } from "../ui/button.tsx";
import { Facts } from "../ui/facts.tsx";
import { FormToken } from "../ui/form-token.tsx";
import { TextField } from "../ui/input.tsx";
import { MomentOrNever } from "../ui/moment.tsx";
import { Panel } from "../ui/panel.tsx";
import { swapsContact } from "./contact-access.part.tsx";
import type { Viewing } from "./contacts-view.ts";

/** With `typed` the form stands in place of the details. */
export type DetailsProps = Viewing & {
  contact: Contact;
  typed?: { name: string; company: string } | undefined;
  errors?: Readonly<Record<string, string>> | undefined;
};

const swaps = { "hx-target": "#contact-details", "hx-swap": "outerHTML" } as const;

function Form({ contact, slug, typed, errors }: DetailsProps & { typed: { name: string; company: string } }) {
  const action = app.contactDetails(slug, contact.id);
  const back = app.contact(slug, contact.id);
  return (
    <form
      class="stack"
      method="post"
      action={action}
      hx-post={action}
      {...swapsContact}
      {...{ "hx-status:422": "target:#contact-details swap:outerHTML" }}
    >
      <FormToken />
      <TextField
        id="contact-name"
        name="name"
        label="Name"
        value={typed.name}
        error={errors?.["name"]}
        autocomplete="off"
        autofocus
      />
      <TextField
        id="contact-company"
        name="company"
        label="Company"
        value={typed.company}
        error={errors?.["company"]}
        autocomplete="off"
      />
      <div class="row">
        <Button type="submit" variant="primary" small>
          Save
        </Button>
        <ButtonLink href={back} small hx-get={back} {...swapsContact}>
          Cancel
        </ButtonLink>
      </div>
    </form>
  );
}

export function ContactDetails(props: DetailsProps) {
  const { contact, slug, zone, mayAct, typed } = props;
  const edit = app.contactDetails(slug, contact.id);
  const aside = mayAct && !typed && (
    <a class="small" href={edit} hx-get={edit} {...swaps}>
      Edit<span class="sr-only"> name and company</span>
    </a>
  );
  const moment = (at: Date | null) => <MomentOrNever at={at} zone={zone} />;
  const facts = [
    { name: "Company", value: contact.company || "—" },
    { name: "Email", value: contact.email },
    { name: "Added", value: moment(contact.createdAt) },
    { name: "Invited", value: moment(contact.invitedAt) },
    { name: "Joined", value: moment(contact.joinedAt) },
    { name: "Last sign-in", value: moment(contact.lastSignInAt) },
  ];
  return (
    <Panel id="contact-details" title="Details" aside={aside || undefined}>
      {typed ? <Form {...props} typed={typed} /> : <Facts facts={facts} />}
    </Panel>
  );
}
