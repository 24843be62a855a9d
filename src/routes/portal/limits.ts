// The limits of the portal's signed-out forms; each answers with the seconds to wait, or undefined when the request may go on.
import { addressKey, clearLimit, hitLimit, type Limit, limits, returnHit } from "../../models/limits.ts";
import type { PortalContext } from "../../web/route.ts";

const addressOf = (c: PortalContext) => addressKey(c.get("address"));
const accountOf = (c: PortalContext, email: string) => `${c.get("portal").agencyId}:${email}`;

// What the first limit refuses does not count for the next: one address must not use up what a whole agency has.
async function hitAll(c: PortalContext, hits: readonly [Limit, string][]): Promise<number | undefined> {
  return c.get("deps").globals.run(async (db) => {
    for (const [limit, key] of hits) {
      const { allowed, retryAfter } = await hitLimit(db, limit, key);
      if (!allowed) return retryAfter;
    }
    return undefined;
  });
}

/** Counts a guess before it is checked, so that parallel ones count too; `forgiveGuess` takes it back when it was right. */
export function guessLimit(c: PortalContext, email?: string): Promise<number | undefined> {
  const account: [Limit, string][] = email === undefined ? [] : [[limits.passwordByAccount, accountOf(c, email)]];
  return hitAll(c, [[limits.passwordByAddress, addressOf(c)], ...account]);
}

/** Takes back the guess of somebody who got it right. */
export async function forgiveGuess(c: PortalContext, email?: string): Promise<void> {
  await c.get("deps").globals.run(async (db) => {
    await returnHit(db, limits.passwordByAddress, addressOf(c));
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

/** Under which `limits.linkUses` counts presses of a link's button from this address. */
export const linkUseKey = addressOf;

/** Counts a press of a link's button. */
export const linkUseLimit = (c: PortalContext) => hitAll(c, [[limits.linkUses, addressOf(c)]]);
