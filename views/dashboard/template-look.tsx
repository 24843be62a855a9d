// How a template's preview is looked at: as whom, as HTML or text, light or dark, wide or narrow.
import { app } from "../../src/paths.ts";
import { Select } from "../ui/select.tsx";
import { nameOf } from "./contacts-view.ts";
import { type PreviewView, TEMPLATE_FORM } from "./email-template-view.ts";
import { PreviewChoices } from "./preview-choices.tsx";

function Part() {
  return (
    <fieldset class="segmented">
      <legend class="sr-only">Preview part</legend>
      <label>
        <input type="radio" name="preview-part" value="html" checked />
        HTML
      </label>
      <label>
        <input type="radio" name="preview-part" value="text" />
        Text
      </label>
    </fieldset>
  );
}

function As({ slug, key: template, contacts, as, mayChange }: PreviewView & { mayChange: boolean }) {
  const options = [
    { value: "", label: "As Maya Okafor (made up)" },
    ...contacts.map((contact) => ({ value: contact.id, label: `As ${nameOf(contact)}` })),
  ];
  const asks = mayChange
    ? {
        "hx-post": app.emailTemplatePreview(slug, template),
        "hx-include": `#${TEMPLATE_FORM}`,
        "hx-trigger": "change",
        "hx-target": "#template-preview",
        "hx-swap": "outerMorph",
      }
    : {};
  return <Select name="as" form={TEMPLATE_FORM} aria-label="Preview as" options={options} value={as ?? ""} {...asks} />;
}

export function TemplateLook(props: PreviewView & { mayChange: boolean }) {
  return (
    <div class="stack stack--3">
      <As {...props} />
      <div class="row">
        <Part />
        <PreviewChoices />
      </div>
    </div>
  );
}
