// The team's rules where two of its members act at one moment.
import { expect, test } from "vitest";
import { Forbidden } from "../../src/models/errors.ts";
import { addTeammate, changeTeamRole } from "../../src/models/team.ts";
import { worldForTest } from "../support/world.ts";

const rolesOf = async ({ database, northwind }: Awaited<ReturnType<typeof worldForTest>>) =>
  (
    await database.owner.query(
      "select role, count(*)::int as n from memberships where agency_id = $1 group by role order by role",
      [northwind.id],
    )
  ).rows;

test("whoever lost a role between asking and acting gives it to nobody", async () => {
  const world = await worldForTest();
  const { id: agencyId, members } = world.northwind;
  // his request was let in as an owner's; since then somebody else made him an admin
  const by = { id: members.owner.id, role: "owner" } as const;
  await world.database.owner.query("update memberships set role = 'admin' where agency_id = $1 and member_id = $2", [
    agencyId,
    by.id,
  ]);
  const store = world.deps.agencies.open(agencyId);
  await expect(store.write((db) => changeTeamRole(db, members.viewer.id, "owner", by))).rejects.toThrow(Forbidden);
  const person = {
    agencyId,
    email: "friend@acme.example",
    name: "Friend",
    role: "owner",
    passwordHash: "-",
    by,
  } as const;
  await expect(world.deps.globals.write((db) => addTeammate(db, person))).rejects.toThrow(Forbidden);
  expect(await rolesOf(world)).toEqual([
    { role: "admin", n: 2 },
    { role: "member", n: 1 },
    { role: "viewer", n: 1 },
  ]);
  expect(await store.write((db) => changeTeamRole(db, members.viewer.id, "admin", by))).toBe(true);
});
