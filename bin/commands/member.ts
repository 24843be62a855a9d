// The operator lets a person into an agency's dashboard.
import { parseAddress, parseName } from "../../src/models/addresses.ts";
import { findAgencyId } from "../../src/models/agencies.ts";
import { isMemberOf, joinAgency } from "../../src/models/members.ts";
import { type Command, text, UsageError } from "./command.ts";
import { ensureMember } from "./ensure-member.ts";

const roles = ["admin", "member", "viewer"] as const;

const invite: Command = {
  name: "member invite",
  summary: "Adds a member to an agency; prints a link that sets the password when the member is new.",
  options: {
    agency: { type: "string" },
    email: { type: "string" },
    name: { type: "string" },
    role: { type: "string", default: "member" },
  },
  required: ["agency", "email", "name"],
  async run({ deps, values }) {
    const slug = text(values, "agency");
    const name = parseName(text(values, "name"));
    const email = parseAddress(text(values, "email"));
    const role = roles.find((one) => one === text(values, "role"));
    if (!name) throw new UsageError("--name must not be empty.");
    if ("error" in email) throw new UsageError(`--email: ${email.error}`);
    if (!role) throw new UsageError(`--role must be one of ${roles.join(", ")}.`);
    const agencyId = await deps.globals.run((db) => findAgencyId(db, slug));
    if (!agencyId) throw new UsageError(`No agency has the slug ${slug}.`);
    const { result: joined, link } = await ensureMember(deps, { email: email.email, name }, async (db, memberId) => {
      if (await isMemberOf(db, memberId, agencyId)) return false;
      await joinAgency(db, { agencyId, memberId, role });
      return true;
    });
    console.log(
      joined ? `${email.email} may now enter ${slug} as ${role}.` : `${email.email} belongs to ${slug} already.`,
    );
    if (link) console.log(`Set a password ${link}  (works once, for 7 days)`);
    return 0;
  },
};

export const memberCommands: readonly Command[] = [invite];
