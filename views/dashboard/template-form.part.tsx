// The words of a template: every keystroke brings the preview up to date, and saving is a plain post.
import type { CustomValue } from "../../src/models/custom-values.ts";
import { app } from "../../src/paths.ts";
import { Button } from "../ui/button.tsx";
import { describedBy, Field } from "../ui/field.tsx";
import { FormToken } from "../ui/form-token.tsx";
import { Textarea, TextField } from "../ui/input.tsx";
import { type EmailTemplateView, TEMPLATE_FORM } from "./email-template-view.ts";
import { TemplateBar } from "./template-bar.tsx";
import { TemplateCheck } from "./template-check.part.tsx";

type Props = EmailTemplateView & { values: readonly CustomValue[] };

function Line({
  view: { typed, errors },
  name,
  ...words
}: {
  view: Props;
  name: "subject" | "preheader" | "heading" | "button" | "footer";
  label: string;
  optional?: boolean;
  hint?: string;
}) {
  return (
    <TextField
      {...words}
      id={`t-${name}`}
      name={name}
      autocomplete="off"
      value={typed[name]}
      maxlength={1000}
      error={errors[name]}
    />
  );
}

const BODY = {
  id: "t-body",
  label: "Body",
  hint: "**bold**, *italic*, [words](https://address), ## heading, - list, > quote.",
};

function Body(view: Props) {
  const error = view.errors.body;
  return (
    <Field {...BODY} error={error}>
      <div class="editor">
        <TemplateBar slug={view.slug} values={view.values} />
        <Textarea
          id={BODY.id}
          name="body"
          rows={14}
          value={view.typed.body}
          invalid={Boolean(error)}
          aria-describedby={describedBy({ ...BODY, error }, "template-check")}
        />
      </div>
    </Field>
  );
}

export function TemplateForm(view: Props) {
  const { slug, template, mayChange } = view;
  const preview = app.emailTemplatePreview(slug, template.key);
  const live = mayChange && {
    "hx-post": preview,
    "hx-trigger": "input delay:300ms",
    "hx-target": "#template-preview",
    "hx-swap": "outerMorph",
    "hx-sync": "this:replace",
  };
  return (
    <form id={TEMPLATE_FORM} method="post" action={app.emailTemplate(slug, template.key)} data-inserts="" {...live}>
      <FormToken />
      <fieldset disabled={!mayChange || undefined}>
        <legend class="sr-only">{`${template.name}: words`}</legend>
        <div class="stack stack--5">
          <Line view={view} name="subject" label="Subject" />
          <Line view={view} name="preheader" label="Preview line" optional hint="Inboxes show it beside the subject." />
          <Line view={view} name="heading" label="Heading" />
          <Body {...view} />
          <Line
            view={view}
            name="button"
            label="Button"
            optional={template.kind === undefined}
            hint="It stands where the body has {{ portal.login_button }}, or else at its end."
          />
          <Line view={view} name="footer" label="Footer" optional hint="Small words at the end." />
          <TemplateCheck errors={view.errors} />
          <noscript>
            <Button type="submit" formaction={preview}>
              Show preview
            </Button>
          </noscript>
        </div>
      </fieldset>
    </form>
  );
}
