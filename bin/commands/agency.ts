// The operator makes and lists agencies.
import { parseAddress, parseName } from "../../src/models/addresses.ts";
import { chooseSlug, createAgency, listAgencies, refuseSlug } from "../../src/models/agencies.ts";
import { type Command, table, text, UsageError } from "./command.ts";
import { ensureMember } from "./ensure-member.ts";

const create: Command = {
  name: "agency create",
  summary: "Makes an agency with an owner; prints a link that sets the owner's password when the owner is new.",
  options: {
    name: { type: "string" },
    slug: { type: "string" },
    "owner-email": { type: "string" },
    "owner-name": { type: "string" },
  },
  required: ["name", "owner-email", "owner-name"],
  async run({ deps, values }) {
    const name = parseName(text(values, "name"));
    const slug = text(values, "slug").toLowerCase();
    const refused = slug ? refuseSlug(slug) : undefined;
    const email = parseAddress(text(values, "owner-email"));
    const ownerName = parseName(text(values, "owner-name"));
    if (!name || !ownerName) throw new UsageError("Names must not be empty.");
    if (refused) throw new UsageError(`--slug: ${refused}`);
    if ("error" in email) throw new UsageError(`--owner-email: ${email.error}`);
    const made = await ensureMember(deps, { email: email.email, name: ownerName }, async (db, memberId) => {
      const chosen = await chooseSlug(db, { name, slug });
      await createAgency(db, { slug: chosen, name, ownerId: memberId });
      return chosen;
    });
    const { scheme, portalDomain } = deps.config.portalOrigin;
    console.log(`Dashboard      ${deps.config.appUrl.origin}/${made.result}`);
    console.log(`Portal         ${scheme}://${made.result}.${portalDomain}`);
    if (made.link) console.log(`Set a password ${made.link}  (works once, for 7 days)`);
    return 0;
  },
};

const list: Command = {
  name: "agency list",
  summary: "Lists every agency with its owners.",
  options: {},
  async run({ deps }) {
    const agencies = await deps.globals.run(listAgencies);
    const rows = agencies.map((one) => [
      one.slug,
      one.name,
      one.owners.join(", "),
      one.createdAt.toISOString().slice(0, 10),
    ]);
    console.log(table(["SLUG", "NAME", "OWNERS", "SINCE"], rows));
    return 0;
  },
};

export const agencyCommands: readonly Command[] = [create, list];
