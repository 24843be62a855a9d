// The words for a domain's checks: each failure says what was found beside what was expected, and what to do.
import { describe, expect, test } from "vitest";
import type { Domain, LastCheck } from "../../src/models/domains.ts";
import { notesOf } from "../../views/dashboard/domain-notes.ts";
import { badgeOf, nextCheckWords, paceOf, renewalOf, stepsOf } from "../../views/dashboard/domain-words.ts";

const none = { values: [] };
const target = "c-abcdefghijklmnop.portal.example";
type Seen = LastCheck["records"]["cname"];
type Parts = Partial<Omit<LastCheck, "records">> & { records?: Partial<LastCheck["records"]> };

const check = ({ records, ...rest }: Parts = {}): LastCheck => ({
  records: {
    cname: none,
    txt: none,
    a: none,
    aaaa: none,
    caa: none,
    expected: { a: { values: ["192.0.2.80"] }, aaaa: none },
    ...records,
  },
  probe: null,
  proxy: null,
  proof: null,
  reachable: "no",
  held: false,
  ...rest,
});

const domain = (more: Partial<Domain> = {}): Domain => ({
  id: "d1",
  name: "clients.northwind.example",
  shownName: "clients.northwind.example",
  included: false,
  zone: "northwind.example",
  apex: false,
  state: "pending",
  selected: false,
  needsTxt: false,
  provenBy: null,
  records: { target, txtName: "_portico-challenge.clients.northwind.example", txtValue: "portico-verify=1" },
  createdAt: new Date("2026-11-23T10:00:00Z"),
  checkedAt: null,
  nextCheckAt: new Date("2026-11-23T10:00:30Z"),
  nextCheckIn: 30,
  failingSince: null,
  lastCheck: null,
  ...more,
});

const view = (more: Partial<Domain>, https = true) => ({ domain: domain(more), https });
const titles = (more: Partial<Domain>, https = true) => notesOf(view(more, https)).map(({ title }) => title);
const silent: Seen = { values: [], trouble: "no-answer", why: "SERVFAIL" };

describe("a claim", () => {
  test("waits without blame while nothing is set", () => {
    expect(badgeOf(view({ lastCheck: check() }))).toEqual({ word: "Waiting for DNS", tone: "wait" });
    expect(titles({ lastCheck: check() })).toEqual([]);
    expect(titles({})).toEqual([]);
  });

  test("with a CNAME that points elsewhere fails, and says what was found and what is expected", () => {
    const wrong = view({ lastCheck: check({ records: { cname: { values: ["parking.registrar.example"] } } }) });
    expect(badgeOf(wrong).word).toBe("Failing");
    expect(notesOf(wrong)).toMatchObject([
      {
        tone: "bad",
        title: "The CNAME points somewhere else.",
        found: ["parking.registrar.example"],
        expected: [target],
      },
    ]);
    expect(stepsOf(wrong).map(({ state }) => state)).toEqual(["fail", "todo"]);
  });

  test.each<[string, Parts, Partial<Domain>]>([
    ["This name is in use.", { held: true, proof: "txt" }, {}],
    ["The CNAME leads in a circle.", { records: { cname: { values: ["a.example"], trouble: "loop" } } }, {}],
    ["There are too many CNAMEs in a row.", { records: { cname: { values: ["a.example"], trouble: "too-long" } } }, {}],
    ["The TXT record holds another value.", { records: { txt: { values: ["portico-verify=0"] } } }, {}],
    ["The TXT record is needed too.", { records: { cname: { values: [target] } } }, { needsTxt: true }],
    [
      "Cloudflare stands in front of this name.",
      { proxy: "Cloudflare", records: { a: { values: ["104.16.0.1"] } } },
      {},
    ],
    ["DNS gave no answer.", { records: { cname: silent, txt: silent, a: silent } }, {}],
    ["The change is still on its way.", { records: { cname: { values: [target], trouble: "disagree" } } }, {}],
  ])("says: %s", (title, found, more) => {
    expect(titles({ ...more, lastCheck: check(found) })).toEqual([title]);
  });

  test("says which error stood in for an answer, and that nothing follows from it", () => {
    const [note] = notesOf(view({ lastCheck: check({ records: { cname: silent, txt: silent, a: silent } }) }));
    expect(note?.text).toContain("SERVFAIL");
    expect(note?.tone).toBe("wait");
  });
});

describe("a proven domain", () => {
  const probe = (https: "other" | "unreachable", http: "ours" | "other" = "other"): LastCheck["probe"] => ({
    https: { result: https, why: "Because." },
    http: { result: http },
  });

  test.each<[string, Parts]>([
    ["The name leads nowhere.", {}],
    ["Another server answers.", { probe: probe("other") }],
    ["No answer from our server.", { probe: probe("unreachable") }],
    ["It answers over HTTP, not over HTTPS.", { probe: probe("unreachable", "ours") }],
  ])("says: %s", (title, found) => {
    for (const state of ["verified", "active", "degraded"] as const)
      expect(titles({ state, lastCheck: check(found) })).toEqual([title]);
  });

  test("that leads to other addresses shows both, but not when a proxy hides them", () => {
    const found = { probe: probe("other"), records: { a: { values: ["198.51.100.7"] } } };
    expect(notesOf(view({ state: "degraded", lastCheck: check(found) }))[0]).toMatchObject({
      tone: "bad",
      found: ["198.51.100.7"],
      expected: ["192.0.2.80"],
    });
    const behind = notesOf(view({ state: "degraded", lastCheck: check({ ...found, proxy: "Cloudflare" }) }));
    expect(behind[0]).not.toHaveProperty("found");
  });

  test("whose CAA records name other authorities is told so, where certificates matter", () => {
    const caa = { values: ['0 issue "digicert.com"'] };
    const lastCheck = check({ probe: probe("unreachable"), records: { caa } });
    expect(titles({ state: "verified", lastCheck })).toContain("CAA records forbid our certificate.");
    expect(titles({ state: "verified", lastCheck }, false)).not.toContain("CAA records forbid our certificate.");
    const ours = check({ probe: probe("unreachable"), records: { caa: { values: ['0 issue "letsencrypt.org"'] } } });
    expect(titles({ state: "verified", lastCheck: ours })).toEqual(["No answer from our server."]);
  });

  test("that is well says only what is worth knowing", () => {
    const well = check({ reachable: "yes", proxy: "Cloudflare", probe: { https: { result: "ours" }, http: null } });
    expect(badgeOf(view({ state: "active", lastCheck: well }))).toEqual({ word: "Active", tone: "good" });
    expect(notesOf(view({ state: "active", lastCheck: well }))).toMatchObject([{ tone: undefined }]);
  });
});

describe("a certificate", () => {
  const certificate = { from: "2026-11-01T00:00:00.000Z", until: "2027-01-30T00:00:00.000Z" };
  const served = (checkedAt: string, more: Partial<NonNullable<LastCheck["probe"]>["https"]> = {}) => ({
    state: "active" as const,
    checkedAt: new Date(checkedAt),
    lastCheck: check({ reachable: "yes", probe: { https: { result: "ours", certificate, ...more }, http: null } }),
  });

  test("of an active domain is told with the day by which it renews, where links are https", () => {
    expect(renewalOf(view(served("2026-11-23T10:00:00Z")))).toEqual(new Date(certificate.until));
    expect(renewalOf(view(served("2026-11-23T10:00:00Z"), false))).toBeUndefined();
    expect(renewalOf(view({ ...served("2026-11-23T10:00:00Z"), state: "degraded" }))).toBeUndefined();
    expect(renewalOf(view({ state: "active", lastCheck: check({ reachable: "yes" }) }))).toBeUndefined();
  });

  test("that nobody has renewed in time is told before browsers refuse it", () => {
    expect(titles(served("2027-01-10T00:00:00Z"))).toEqual([]);
    expect(titles(served("2027-01-20T00:00:00Z"))).toEqual(["Its certificate has not been renewed."]);
    expect(titles(served("2027-01-20T00:00:00Z"), false)).toEqual([]);
    expect(titles(served("2027-01-20T00:00:00Z", { untrusted: "it is for another name" }))).toEqual([
      "Browsers may not trust its certificate.",
    ]);
  });
});

test("a page follows closely while somebody waits, now and then while it is not well, and not at all once it is", () => {
  const soon = new Date("2026-11-23T10:05:00Z");
  const later = new Date("2026-11-23T12:00:00Z");
  expect(paceOf(domain(), soon)).toBe("every 2s");
  expect(paceOf(domain(), later)).toBe("every 15s");
  expect(paceOf(domain({ state: "degraded" }), soon)).toBe("every 15s");
  expect(paceOf(domain({ state: "active" }), soon)).toBeNull();
  expect(paceOf(domain({ state: "active", nextCheckIn: 0 }), later)).toBe("every 2s");
  expect(paceOf(domain({ included: true, state: "active", nextCheckIn: 0 }), soon)).toBeNull();
});

test("the next check is told in words", () => {
  expect([0, 40, 120, 900, 7_000, 86_400, 100_000, 200_000].map(nextCheckWords)).toEqual([
    "Checking now.",
    "Next check within a minute.",
    "Next check in 2 minutes.",
    "Next check in 15 minutes.",
    "Next check in 2 hours.",
    "Next check in 24 hours.",
    "Next check in 28 hours.",
    "Next check tomorrow.",
  ]);
});
