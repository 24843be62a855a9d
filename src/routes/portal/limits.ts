// The limits of the portal's signed-out forms; each answers with the seconds to wait, or undefined when the request may go on.
import { addressKey, clearLimit, type Hit, hitLimit, type Limit, limits } from "../../models/limits.ts";
import type { PortalContext } from "../../web/route.ts";

const addressOf = (c: PortalContext) => addressKey(c.get("address"));
const accountOf = (c: PortalContext, email: string) => `${c.get("portal").agencyId}:${email}`;

async function hitAll(c: PortalContext, hits: readonly [Limit, string][]): Promise<number | undefined> {
  const answers = await c.get("deps").globals.run(async (db) => {
    const answered: Hit[] = [];
    for (const [limit, key] of hits) answered.push(await hitLimit(db, limit, key));
    return answered;
  });
  const waits = answers.filter(({ allowed }) => !allowed).map(({ retryAfter }) => retryAfter);
  return waits.length > 0 ? Math.max(...waits) : undefined;
}

/** Counts a guess before it is checked, so that parallel ones count too; `forgiveGuess` takes it back when it was right. */
export function guessLimit(c: PortalContext, email?: string): Promise<number | undefined> {
  const account: [Limit, string][] = email === undefined ? [] : [[limits.passwordByAccount, accountOf(c, email)]];
  return hitAll(c, [[limits.passwordByAddress, addressOf(c)], ...account]);
}

/** Takes back the guess of somebody who got it right. */
export async function forgiveGuess(c: PortalContext, email?: string): Promise<void> {
  await c.get("deps").globals.run(async (db) => {
    await hitLimit(db, limits.passwordByAddress, addressOf(c), -1);
    if (email !== undefined) await clearLimit(db, limits.passwordByAccount, accountOf(c, email));
  });
}

/** Counts an e-mail that is asked for. The limit per contact is kept where the contact is looked up, and in silence. */
export function mailLimit(c: PortalContext): Promise<number | undefined> {
  return hitAll(c, [
    [limits.mailByAddress, addressOf(c)],
    [limits.mailByAgency, c.get("portal").agencyId],
  ]);
}

/** Counts an opening of a link's page. */
export const linkViewLimit = (c: PortalContext) => hitAll(c, [[limits.linkViews, addressOf(c)]]);

/** Counts a press of a link's button. */
export const linkUseLimit = (c: PortalContext) => hitAll(c, [[limits.linkUses, addressOf(c)]]);
