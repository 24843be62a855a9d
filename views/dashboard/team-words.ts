// The roles in words.
import type { TeamRole } from "../../src/models/team.ts";

export const roleWords: Record<TeamRole, string> = {
  owner: "Owner",
  admin: "Admin",
  member: "Member",
  viewer: "Viewer",
};

/** What each thing that is done here needs; whoever may do more may do this too. */
export const permissions: readonly { what: string; needs: TeamRole }[] = [
  { what: "See contacts and activity", needs: "viewer" },
  { what: "Invite and send login emails", needs: "member" },
  { what: "Create magic links", needs: "member" },
  { what: "Revoke access", needs: "member" },
  { what: "Change domains, branding, emails and workflows", needs: "admin" },
  { what: "Manage the team", needs: "admin" },
  { what: "Add and remove owners", needs: "owner" },
];
