// Catalogue: fields, selects, boxes, switches, segmented controls, comboboxes, password check.

import { Button } from "../ui/button.tsx";
import { Check, Setting, Switch } from "../ui/check.tsx";
import { Chip, ChipTemplate, Combo, Marked, Option } from "../ui/combo.tsx";
import { CopyGroup, CopyLine } from "../ui/copy.tsx";
import { Field } from "../ui/field.tsx";
import { FieldPair, TextareaField, TextField } from "../ui/input.tsx";
import { PasswordCheck } from "../ui/password-check.tsx";
import { PasswordField } from "../ui/password-field.tsx";
import { Search } from "../ui/search.tsx";
import { Segmented } from "../ui/segmented.tsx";
import { SelectField } from "../ui/select.tsx";
import { ContactStatus } from "../ui/status.tsx";
import { Example, Section } from "./catalogue-section.tsx";

const lifetimes = [
  { value: "1h", label: "1 hour" },
  { value: "24h", label: "24 hours" },
  { value: "7d", label: "7 days" },
];

function Texts() {
  return (
    <Example name="Field: text, error, hint, read-only, disabled">
      <FieldPair>
        <TextField id="f-email" name="email" label="Work email" type="email" value="ingrid@haldenrye.example" />
        <TextField
          id="f-wrong"
          name="email2"
          label="Email"
          type="email"
          value="ingrid@"
          error="Add the part after the @, such as haldenrye.example."
          hint="We never show it to clients."
        />
        <TextField
          id="f-read"
          label="Email"
          value="maya@brightwater.example"
          readonly
          hint="Ask Halden & Rye to change it."
        />
        <TextField id="f-off" name="phone" label="Phone" optional value="+44 20 7946 0182" disabled />
      </FieldPair>
      <TextareaField
        id="f-message"
        name="message"
        label="Message"
        optional
        counted
        maxlength={500}
        value="Hi! Your reports now live in one place."
      />
      <TextareaField
        id="f-list"
        name="emails"
        label="Addresses"
        mono
        rows={4}
        value="Nadia Stone <nadia@stonecroft.example>"
        error="Line 2 is not an address."
      />
    </Example>
  );
}

function Choices() {
  return (
    <Example name="Select, check, switch, segmented, search">
      <FieldPair>
        <SelectField id="f-life" name="lifetime" label="Works for" options={lifetimes} value="24h" />
        <Segmented
          legend="Can be used"
          name="uses"
          value="once"
          fill
          options={[
            { value: "once", label: "Once" },
            { value: "many", label: "Until it expires" },
          ]}
        />
      </FieldPair>
      <Check name="invite" checked hint="2 contacts">
        Invite them
      </Check>
      <Check name="remind" disabled>
        Remind
      </Check>
      <Check name="keep" type="radio" value="yes">
        Keep me signed in
      </Check>
      <div>
        <Switch name="links" checked hint="Off asks for a password every time">
          Magic links and login emails
        </Switch>
        <Switch name="off">Off</Switch>
        <Setting title="Password" hint="Set on 3 November">
          <Button small>Change</Button>
        </Setting>
      </div>
      <Search label="Search contacts" placeholder="Search name, email or company" />
    </Example>
  );
}

function Picking() {
  const chips = (
    <>
      <Chip name="contact" value="c9" label="Fatima Al-Sayed" />
      <Chip name="emails" value="nadia@stonecroft" label="nadia@stonecroft" bad />
    </>
  );
  const options = (
    <>
      <Option
        id="opt-1"
        chip={{ name: "contact", value: "c4", label: "Priya Raghunathan" }}
        detail={<Marked text="priya@kestrelworks.example" query="kes" />}
        aside={<ContactStatus state="not-invited" />}
      >
        Priya Raghunathan
      </Option>
      <Option
        id="opt-2"
        chip={{ name: "contact", value: "c7", label: "Samira Haddad" }}
        detail="samira@kestrelworks.example"
        aside={<ContactStatus state="joined" />}
        disabled
      >
        Samira Haddad
      </Option>
      <Option
        id="opt-3"
        chip={{ name: "", value: "", label: "new" }}
        plus
        disabled
        detail="Keep typing a full email address"
      >
        Add a new contact
      </Option>
    </>
  );
  return (
    <Example name="Combo, chips, options">
      <Field id="f-to" label="To">
        <Combo
          id="f-to"
          name="q"
          list="f-options"
          listLabel="Matching contacts"
          chipsId="f-chips"
          freeName="emails"
          inFlow
          chips={chips}
          options={options}
        />
      </Field>
      <ChipTemplate />
    </Example>
  );
}

function Secrets() {
  return (
    <Example name="Password, copying">
      <PasswordField
        id="f-password"
        autocomplete="new-password"
        describedBy="f-check"
        after={<PasswordCheck id="f-check" score={3} text="Good. A few words work well." />}
      />
      <PasswordField
        id="f-password-2"
        label="Current password"
        autocomplete="current-password"
        error="That email and password don’t match."
        aside={<a href="#secrets">Forgot it?</a>}
      />
      <Field id="f-link" label="Link">
        <CopyGroup id="f-link" value="https://clients.haldenrye.example/l/8fKq2vT1xWm7" />
      </Field>
      <CopyLine value="_portico-challenge.haldenrye.example" name="the host name" />
    </Example>
  );
}

export function CatalogueForms() {
  return (
    <Section id="forms" title="Forms">
      <Texts />
      <Choices />
      <Picking />
      <Secrets />
    </Section>
  );
}
