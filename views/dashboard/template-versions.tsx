// What a template said before: each saved version with who made it, to be taken up again; and the way back to the product's words.
import { app } from "../../src/paths.ts";
import { Button } from "../ui/button.tsx";
import { FormToken } from "../ui/form-token.tsx";
import { momentText } from "../ui/moment.tsx";
import { Panel } from "../ui/panel.tsx";
import { Row, Rows } from "../ui/rows.tsx";
import type { EmailTemplateView } from "./email-template-view.ts";

type Version = EmailTemplateView["template"]["versions"][number];

function UseAgain({ slug, template, version }: EmailTemplateView & { version: Version }) {
  return (
    <form method="post" action={app.emailTemplateVersions(slug, template.key)}>
      <FormToken />
      <input type="hidden" name="version" value={version.id} />
      <Button type="submit" small about={`version ${version.number}`}>
        Use again
      </Button>
    </form>
  );
}

function Away({ slug, template }: EmailTemplateView) {
  const action = template.kind
    ? app.emailTemplateDefault(slug, template.key)
    : app.emailTemplateRemoval(slug, template.key);
  const question = template.kind
    ? "Restore the default? Clients get the product’s words again; your versions stay here."
    : `Remove ${template.name}? It can no longer be sent; emails that were sent keep their words.`;
  return (
    <form method="post" action={action} hx-post={action} hx-confirm={question}>
      <FormToken />
      <Button type="submit" small variant="danger-quiet">
        {template.kind ? "Restore default" : "Remove template"}
      </Button>
    </form>
  );
}

export function TemplateVersions(view: EmailTemplateView) {
  const { template, zone, mayChange } = view;
  if (template.versions.length === 0) return null;
  const removable = mayChange && (template.kind === undefined || template.changed);
  return (
    <Panel id="template-versions" title="Versions" aside={removable && <Away {...view} />} bare>
      <Rows>
        {template.versions.map((version) => (
          <Row
            title={`Version ${version.number}`}
            beside={version.id === template.versionId && <span class="badge badge--good">In use</span>}
            text={`${momentText(version.madeAt, { zone })}${version.madeBy ? `, by ${version.madeBy}` : ""}`}
          >
            {mayChange && version.id !== template.versionId && <UseAgain {...view} version={version} />}
          </Row>
        ))}
      </Rows>
    </Panel>
  );
}
