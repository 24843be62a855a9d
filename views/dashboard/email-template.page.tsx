// The words of one e-mail, with the e-mail beside them.
import type { CustomValue } from "../../src/models/custom-values.ts";
import { app } from "../../src/paths.ts";
import { SettingsLayout, type SettingsLayoutProps } from "../layouts/settings.layout.tsx";
import { Button, ButtonLink } from "../ui/button.tsx";
import { PageHead } from "../ui/page-head.tsx";
import { Tabs } from "../ui/tabs.tsx";
import { BrandingState } from "./branding-state.part.tsx";
import { type EmailTemplateView, TEMPLATE_FORM } from "./email-template-view.ts";
import { TemplateForm } from "./template-form.part.tsx";
import { TemplateLook } from "./template-look.tsx";
import { TemplatePreview } from "./template-preview.part.tsx";
import { TemplateVersions } from "./template-versions.tsx";

type PageProps = Omit<SettingsLayoutProps, "title" | "children" | "current" | "wide"> & {
  view: EmailTemplateView;
  values: readonly CustomValue[];
};

function Actions({ slug, template, unsaved, mayChange }: EmailTemplateView) {
  if (!mayChange) return <p class="small muted">Owners and admins can change this.</p>;
  const tests = app.emailTemplateTests(slug, template.key);
  return (
    <div class="row">
      <BrandingState unsaved={unsaved} />
      <ButtonLink href={app.newEmailTemplate(slug)} icon="plus">
        New template
      </ButtonLink>
      <Button
        type="submit"
        icon="send"
        form={TEMPLATE_FORM}
        formaction={tests}
        hx-post={tests}
        hx-include={`#${TEMPLATE_FORM}`}
        hx-target="#template-check"
        hx-swap="outerMorph"
      >
        Send a test
      </Button>
      <Button type="submit" variant="primary" form={TEMPLATE_FORM}>
        Save
      </Button>
    </div>
  );
}

export function EmailTemplatePage({ view, values, ...layout }: PageProps) {
  const { slug, template, templates } = view;
  return (
    <SettingsLayout {...layout} title={`${template.name} · Email templates`} current="email-templates" wide>
      <PageHead title="Email templates" lead="The words around the link. Layout, logo and colour come from Branding.">
        <Actions {...view} />
      </PageHead>
      <Tabs
        page
        label="Templates"
        tabs={templates.map(({ key, name }) => ({
          href: app.emailTemplate(slug, key),
          label: name,
          current: key === template.key,
        }))}
      />
      <div class="split split--even">
        <div class="stack stack--6">
          <TemplateForm {...view} values={values} />
          <TemplateVersions {...view} />
        </div>
        <section class="split__stick stack stack--3" aria-labelledby="tp-title">
          <h2 id="tp-title">Preview</h2>
          <TemplateLook {...view.preview} mayChange={view.mayChange} />
          <TemplatePreview {...view.preview} />
          <p class="hint">Links in the preview and in tests open nothing.</p>
        </section>
      </div>
    </SettingsLayout>
  );
}
