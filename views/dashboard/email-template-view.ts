// What the parts of a template's page share: the template, what was typed, what is wrong with it, and whom the preview is for.
import type { TemplateField, TemplateFields } from "../../src/models/email-template-words.ts";
import type { EmailTemplate, ListedTemplate } from "../../src/models/email-templates.ts";

/** The form's id, by which buttons elsewhere send it and the bar finds it. */
export const TEMPLATE_FORM = "template-form";

export type EmailTemplateView = {
  slug: string;
  zone: string;
  template: EmailTemplate;
  templates: readonly ListedTemplate[];
  typed: TemplateFields;
  errors: Readonly<Partial<Record<TemplateField, string>>>;
  /** Whether what was typed differs from what is saved. */
  unsaved: boolean;
  mayChange: boolean;
  preview: PreviewView;
};

/** The e-mail that is shown: that of the typed words, or of the last ones without a fault. */
export type PreviewView = {
  slug: string;
  key: string;
  subject: string;
  from: string;
  text: string;
  /** Names the words in the frame: `saved`, or a hash of the draft. */
  version: string;
  contacts: readonly { id: string; name: string; email: string }[];
  as: string | undefined;
};
