// Searches in an agency of 1,000,000 contacts: common words and rare ones, one and several, in the order of a page and across it.
import { openAgencyStore } from "../src/db/agency-store.ts";
import { createPool } from "../src/db/pool.ts";
import type { ContactsSort } from "../src/models/contacts-cursor.ts";
import { listContacts } from "../src/models/contacts-list.ts";
import { type Slug, slugsOf, startFilled } from "./filled.ts";
import { type Benchmark, compare, percentile, type Result, type RunOptions } from "./results.ts";

export const search: Benchmark = {
  name: "search",
  about: "a page of a search by common and by rare words in 1M contacts, beside the same in 1k",
  run: measure,
};

type Search = { what: string; q: string; sort?: ContactsSort };

const searches: readonly Search[] = [
  { what: "one letter that nearly all have", q: "a" },
  { what: "a common first name", q: "grace" },
  { what: "a common first name, by name", q: "grace", sort: "name" },
  { what: "first and family name, one in 200", q: "ada adler" },
  { what: "first and family name, by name", q: "ada adler", sort: "name" },
  { what: "first name, family name and company, one in 2,300", q: "ada adler birch" },
  { what: "an address", q: "ada.adler.832@" },
  { what: "the beginning of an address", q: "ada.adler.83" },
  { what: "nobody's name", q: "zephyr" },
  { what: "a company, by company", q: "larch", sort: "company" },
  { what: "the beginning of a company, by company", q: "la", sort: "company" },
  { what: "two letters that nobody has", q: "zx" },
  { what: "four digits, one in 3,600", q: "9999" },
];

async function measure({ quick }: RunOptions): Promise<Result[]> {
  const filled = await startFilled({ quick });
  const pool = createPool({ url: filled.url, role: "portico_app", max: 1 });
  const slugs = ["studio-1", slugsOf(quick).at(-1) ?? "studio-1"] as const;
  try {
    const stores = new Map(
      await Promise.all(slugs.map(async (slug) => [slug, openAgencyStore(pool, await filled.agencyId(slug))] as const)),
    );
    const results: Result[] = [];
    for (const { what, q, sort = "-invited" } of searches) {
      const seen = new Map<Slug, { p50: number[]; database: number[] }>(
        slugs.map((slug) => [slug, { p50: [], database: [] }]),
      );
      for (let round = 0; round <= (quick ? 2 : 5); round++)
        for (const slug of slugs) {
          const latencies: number[] = [];
          const before = filled.cpu();
          // Processor time is counted in hundredths of a second: a round takes several of them.
          const until = performance.now() + 300;
          while (performance.now() < until) {
            const asked = performance.now();
            await stores.get(slug)?.read((db) => listContacts(db, { q, sort }));
            latencies.push(performance.now() - asked);
          }
          if (round === 0) continue;
          seen.get(slug)?.p50.push(percentile(latencies, 0.5));
          seen.get(slug)?.database.push(((filled.cpu() - before) / latencies.length) * 1e3);
        }
      const of = (slug: Slug, key: "p50" | "database") => seen.get(slug)?.[key] ?? [];
      const beside = (key: "p50" | "database") => ({ name: "the same in 1k", figure: of(slugs[0], key) });
      results.push(
        compare("search", `${what} (${q}), p50 ms`, "less", of(slugs[1], "p50"), beside("p50")),
        compare("search", `${what} (${q}), database CPU ms`, "less", of(slugs[1], "database"), beside("database")),
      );
    }
    return results;
  } finally {
    await pool.end();
    await filled.stop();
  }
}
