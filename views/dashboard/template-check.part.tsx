// Whether the words of a template can be saved as they stand; each fault also stands under its field once it is sent.

import { Status } from "../ui/status.tsx";
import type { EmailTemplateView } from "./email-template-view.ts";

const counted = (count: number) => `${count} ${count === 1 ? "problem" : "problems"}`;

export function TemplateCheck({ errors }: Pick<EmailTemplateView, "errors">) {
  const faults = Object.values(errors);
  return (
    <div class="hint stack stack--2" id="template-check" role="status">
      {faults.length === 0 ? (
        <Status word="No problems" tone="good" icon="done" />
      ) : (
        <>
          <Status word={counted(faults.length)} tone="bad" icon="fail" />
          {faults.map((fault) => (
            <p>{fault}</p>
          ))}
        </>
      )}
    </div>
  );
}
