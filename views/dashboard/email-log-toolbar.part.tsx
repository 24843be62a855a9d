// The search above the email log and the kind of e-mail; a plain form without JavaScript.
import type { EmailKind, LogFilter } from "../../src/models/email-log.ts";
import { app } from "../../src/paths.ts";
import { Button } from "../ui/button.tsx";
import { Search } from "../ui/search.tsx";
import { Select } from "../ui/select.tsx";
import { emailWords } from "./activity-words.tsx";
import { logPath, swapsLog } from "./email-log-view.ts";

type ToolbarProps = { slug: string; filter: LogFilter };

const kinds = [
  { value: "", label: "All emails" },
  ...(Object.keys(emailWords) as EmailKind[]).map((kind) => ({ value: kind, label: emailWords[kind] })),
];

/** The part of the form that follows what was clicked elsewhere. */
export function EmailLogHidden({ slug, filter }: ToolbarProps) {
  return (
    <div class="push row" id="email-log-hidden">
      {filter.status && <input type="hidden" name="status" value={filter.status} />}
      {filter.batch && (
        <>
          <input type="hidden" name="batch" value={filter.batch} />
          <a href={logPath(slug, { ...filter, batch: undefined })}>Show all batches</a>
        </>
      )}
    </div>
  );
}

export function EmailLogToolbar({ slug, filter }: ToolbarProps) {
  return (
    <form
      class="toolbar"
      role="search"
      method="get"
      action={app.emailLog(slug)}
      hx-get={app.emailLog(slug)}
      {...swapsLog}
      hx-trigger="input delay:250ms, change, submit"
      hx-sync="this:replace"
    >
      <Search label="Search the email log" placeholder="Search name, email or company" value={filter.q} />
      <EmailLogHidden slug={slug} filter={filter} />
      <Select name="kind" aria-label="Kind of email" value={filter.kind ?? ""} options={kinds} />
      <noscript>
        <Button type="submit">Search</Button>
      </noscript>
    </form>
  );
}
