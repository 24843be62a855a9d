// What the team's page needs to know.
import type { Teammate, TeamRole } from "../../src/models/team.ts";

/** A teammate as the page shows him; `mayChange` says that the reader may give him another role or let him go. */
export type ShownTeammate = Teammate & { email: string; isSelf: boolean; mayChange: boolean };

export type TeamView = {
  slug: string;
  agencyName: string;
  zone: string;
  team: readonly ShownTeammate[];
  /** The roles that the reader may give. */
  roles: readonly TeamRole[];
  mayAdd: boolean;
};
