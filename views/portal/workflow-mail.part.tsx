// What a contact says about the e-mails that the agency's workflows send by themselves.
import { portal } from "../../src/paths.ts";
import { Button } from "../ui/button.tsx";
import { Setting } from "../ui/check.tsx";
import { FormToken } from "../ui/form-token.tsx";
import { momentText } from "../ui/moment.tsx";
import { Panel } from "../ui/panel.tsx";

type WorkflowMailProps = { agency: string; stoppedAt: Date | null; zone: string };

export function WorkflowMail({ agency, stoppedAt, zone }: WorkflowMailProps) {
  const hint = stoppedAt
    ? `Stopped ${momentText(stoppedAt, { zone, precision: "day", inSentence: true })}.`
    : `Reminders and news that ${agency} sends by itself.`;
  return (
    <Panel id="workflow-mail" title="Emails" lead="Invites, login emails and password resets always reach you.">
      <form method="post" action={portal.workflowMail()}>
        <FormToken />
        <Setting title="Automatic emails" hint={hint}>
          <Button type="submit" small name="workflow_mail" value={stoppedAt ? "on" : "off"} about="automatic emails">
            {stoppedAt ? "Get them again" : "Stop"}
          </Button>
        </Setting>
      </form>
    </Panel>
  );
}
