// The operator looks at agencies' own domains, has one checked, and frees a name that nobody else can.
import { type ClaimedName, listClaims, releaseDomain, requestCheck } from "../../src/models/domain-claims.ts";
import { type Command, table, UsageError } from "./command.ts";

const list: Command = {
  name: "domain list",
  summary: "Lists the domains of all agencies with their states; with a name, everybody who claims it.",
  options: {},
  operands: ["[name]"],
  async run({ deps, operands: [name] }) {
    const claims = await deps.globals.run((db) => listClaims(db, name?.toLowerCase()));
    const at = (moment: Date | null) => moment?.toISOString().slice(0, 19) ?? "-";
    const rows = claims.map((one) => [one.name, one.agency, one.state, at(one.checkedAt), at(one.failingSince)]);
    console.log(table(["NAME", "AGENCY", "STATE", "CHECKED (UTC)", "FAILING SINCE"], rows));
    return 0;
  },
};

const check: Command = {
  name: "domain check",
  summary: "Has a domain checked now, for everybody who claims it.",
  options: {},
  operands: ["<name>"],
  async run({ deps, operands: [name] }) {
    if (!name) throw new UsageError("Name a domain.");
    const claims = await deps.globals.run((db) => listClaims(db, name.toLowerCase()));
    for (const claim of claims) await deps.agencies.open(claim.agencyId).write((db) => requestCheck(db, claim.id));
    return answer(claims, name, "is checked as soon as a worker is free.");
  },
};

const release: Command = {
  name: "domain release",
  summary:
    "Takes a domain from the agency that holds it, which then needs a new TXT record, like everybody, to have it again.",
  options: { agency: { type: "string" } },
  required: ["agency"],
  operands: ["<name>"],
  async run({ deps, values, operands: [name] }) {
    if (!name) throw new UsageError("Name a domain.");
    const claims = await deps.globals.run((db) => listClaims(db, name.toLowerCase()));
    const own = claims.filter(({ agency }) => agency === values.agency);
    for (const claim of own) await deps.agencies.open(claim.agencyId).write((db) => releaseDomain(db, claim.id));
    return answer(own, name, `is not ${String(values.agency)}'s any more.`);
  },
};

function answer(claims: readonly ClaimedName[], name: string, words: string): number {
  if (claims.length > 0) console.log(`${name} ${words}`);
  else console.error(`No such agency has claimed ${name}.`);
  return claims.length > 0 ? 0 : 1;
}

export const domainCommands: readonly Command[] = [list, check, release];
