// What can be done with the ticked contacts, or with all that the filter matches.
import { app } from "../../src/paths.ts";
import { BulkBar, BulkButton } from "../ui/bulk-bar.tsx";
import { remembered } from "../ui/remembered.tsx";
import { type Filters, type ListFrame, opensDialog } from "./contacts-view.ts";

/** The id of the bar, which is the form that the rows' boxes belong to. */
export const BULK_FORM = "bulk-bar";

type BulkBarProps = { slug: string; filters: Filters; list: ListFrame };
type DrawnProps = { slug: string; filters: Filters; total: number | undefined; shown: number };

const Drawn = remembered(({ slug, filters: { status, q, tag }, total, shown }: DrawnProps) => {
  const revoke = app.revocations(slug);
  const tags = app.contactTags(slug);
  const invite = app.invitations(slug);
  const login = app.loginEmails(slug);
  return (
    <BulkBar
      id={BULK_FORM}
      label="Actions for the selected contacts"
      total={total}
      shown={shown}
      action={login}
      filter={{ status, q, tag }}
    >
      <BulkButton variant="main" icon="mail" {...opensDialog(login)}>
        Login email
      </BulkButton>
      <BulkButton icon="userplus" formaction={invite} {...opensDialog(invite)}>
        Invite
      </BulkButton>
      <BulkButton icon="tag" formaction={tags} {...opensDialog(tags)}>
        Tags
      </BulkButton>
      <BulkButton icon="ban" formaction={revoke} {...opensDialog(revoke)}>
        Revoke access
      </BulkButton>
    </BulkBar>
  );
});

export function BulkBarPart({ slug, filters, list: { total, more, shown } }: BulkBarProps) {
  return Drawn({ slug, filters, total: more ? undefined : total, shown });
}
