// When workflows may write, and how often to one contact.
import { app } from "../../src/paths.ts";
import { Button } from "../ui/button.tsx";
import { FormToken } from "../ui/form-token.tsx";
import { FieldPair, TextField } from "../ui/input.tsx";
import { Panel } from "../ui/panel.tsx";
import { SelectField } from "../ui/select.tsx";
import { hourOptions } from "./workflow-step.tsx";

export type WorkflowSettingsProps = {
  slug: string;
  mayChange: boolean;
  /** The names of the time zones there are. */
  zones: readonly string[];
  typed: { quietFrom: string; quietTo: string; mailsADay: string; timeZone: string };
  errors: Readonly<Record<string, string>>;
};

export function WorkflowSettingsForm({ slug, mayChange, zones, typed, errors }: WorkflowSettingsProps) {
  return (
    <Panel id="workflow-settings" title="Quiet hours and limit" lead="For the emails of every workflow.">
      <form method="post" action={app.workflowSettings(slug)}>
        <FormToken />
        <fieldset disabled={!mayChange || undefined}>
          <legend class="sr-only">Quiet hours and limit</legend>
          <div class="stack stack--5">
            <FieldPair>
              <SelectField
                id="w-quiet-from"
                name="quiet_from"
                label="Quiet from"
                options={hourOptions}
                value={typed.quietFrom}
                hint="The same hour twice means none."
                error={errors["quietFrom"]}
              />
              <SelectField
                id="w-quiet-to"
                name="quiet_to"
                label="Quiet until"
                options={hourOptions}
                value={typed.quietTo}
                error={errors["quietTo"]}
              />
            </FieldPair>
            <SelectField
              id="w-time-zone"
              name="time_zone"
              label="Time zone"
              options={zones.map((value) => ({ value, label: value.replaceAll("_", " ") }))}
              value={typed.timeZone}
              hint="Quiet hours, waits and the times on these pages go by it."
              error={errors["timeZone"]}
            />
            <TextField
              id="w-mails-a-day"
              name="mails_a_day"
              label="Most emails to one contact in 24 hours"
              inputmode="numeric"
              autocomplete="off"
              value={typed.mailsADay}
              maxlength={2}
              hint="What is over the limit waits. Invites and login emails do not count."
              error={errors["mailsADay"]}
            />
            {mayChange && (
              <div>
                <Button type="submit">Save limits</Button>
              </div>
            )}
          </div>
        </fieldset>
      </form>
    </Panel>
  );
}
