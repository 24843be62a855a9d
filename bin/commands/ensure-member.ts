// A member by his address: the one who has it, or a new one who sets his password through a link.
import { randomBytes } from "node:crypto";
import type { GlobalDb } from "../../src/db/schema.ts";
import type { Deps } from "../../src/deps.ts";
import {
  createMember,
  createMemberLink,
  FIRST_PASSWORD_SECONDS,
  findMemberPassword,
} from "../../src/models/members.ts";
import { hashPassword } from "../../src/models/passwords.ts";
import { app } from "../../src/paths.ts";

/** Finds or makes the member and runs `work` in the same transaction; `link` is there when the member is new. */
export async function ensureMember<T>(
  { globals, config }: Pick<Deps, "globals" | "config">,
  member: { email: string; name: string },
  work: (db: GlobalDb, memberId: string) => Promise<T>,
): Promise<{ result: T; link: string | undefined }> {
  // Nobody knows this password: the link is the only way in.
  const passwordHash = await hashPassword(randomBytes(32).toString("base64url"));
  return await globals.write(async (db) => {
    const found = await findMemberPassword(db, member.email);
    const memberId = found?.memberId ?? (await createMember(db, { ...member, passwordHash }));
    const result = await work(db, memberId);
    if (found) return { result, link: undefined };
    const token = await createMemberLink(db, memberId, FIRST_PASSWORD_SECONDS);
    return { result, link: `${config.appUrl.origin}${app.resetPassword(token)}` };
  });
}
