// What can be done with the ticked contacts, or with all that the filter matches.
import type { ContactsPage } from "../../src/models/contacts-list.ts";
import { app } from "../../src/paths.ts";
import { BulkBar, BulkButton } from "../ui/bulk-bar.tsx";
import { type Filters, opensDialog } from "./contacts-view.ts";

/** The id of the bar, which is the form that the rows' boxes belong to. */
export const BULK_FORM = "bulk-bar";

type BulkBarProps = { slug: string; filters: Filters; contacts: ContactsPage };

export function BulkBarPart({ slug, filters: { status, q, tag }, contacts }: BulkBarProps) {
  const revoke = app.revocations(slug);
  const tags = app.contactTags(slug);
  const invite = app.invitations(slug);
  const login = app.loginEmails(slug);
  return (
    <BulkBar
      id={BULK_FORM}
      label="Actions for the selected contacts"
      total={contacts.more ? undefined : contacts.total}
      shown={contacts.rows.length}
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
}
