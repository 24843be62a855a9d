// A share of a pool: how many of its connections one part of the process may hold at once, so that the others always find one.
import type { AgencyStore } from "./agency-store.ts";

type Agencies = { open(agencyId: string): AgencyStore };

/**
 * What jobs may have of a pool of so many connections: of one that web requests use too, a third is kept for these. `slow` is for jobs
 * whose transactions may last for seconds, and leaves half to all others, such as login mail.
 */
export function sharesOfJobs(
  agencies: Agencies,
  { connections, besideRequests }: { connections: number; besideRequests: boolean },
): { agencies: Agencies; slow: Agencies } {
  const most = besideRequests ? Math.max(1, Math.floor((connections * 2) / 3)) : connections;
  const all = shareOf(agencies, most);
  return { agencies: all, slow: shareOf(all, Math.max(1, Math.floor(most / 2))) };
}

/**
 * The same stores, of whose transactions at most `most` run at once, all agencies taken together; whoever comes later waits for as
 * long as it takes. Shares may be taken of shares. No transaction of a share may wait for another of it.
 */
export function shareOf(agencies: Agencies, most: number): Agencies {
  const waiting: (() => void)[] = [];
  let running = 0;

  async function inPlace<T>(work: () => Promise<T>): Promise<T> {
    if (running >= most) await new Promise<void>((go) => waiting.push(go));
    else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  }

  return {
    open(agencyId) {
      const store = agencies.open(agencyId);
      return {
        id: store.id,
        read: (fn) => inPlace(() => store.read(fn)),
        write: (fn) => inPlace(() => store.write(fn)),
        readOne: (fn) => inPlace(() => store.readOne(fn)),
        readShort: (fn) => inPlace(() => store.readShort(fn)),
        writeOne: (fn) => inPlace(() => store.writeOne(fn)),
      };
    },
  };
}
