// Remembered rows are those that would be drawn: whatever a row shows is in its key, and so are the reader's list, rights, zone and day.
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { fromRows } from "../../src/models/contact-lines.ts";
import type { ContactRow } from "../../src/models/contacts.ts";
import { loadAssets } from "../../src/web/assets.ts";
import { ContactRowPart } from "../../views/dashboard/contact-row.part.tsx";
import { drawRows } from "../../views/dashboard/contact-rows.ts";
import type { Viewing } from "../../views/dashboard/contacts-view.ts";
import { drawn } from "../support/drawn.ts";

beforeAll(() => loadAssets());

const now = new Date("2026-11-23T15:00:00Z");
const maya: ContactRow = {
  id: "01a2090b-54fe-7508-867f-c925a7a0423b",
  name: "Maya Okafor",
  email: "maya@acme.example",
  company: "Acme",
  status: "joined",
  invitedAt: new Date("2026-11-20T09:00:00Z"),
  joinedAt: new Date("2026-11-21T09:00:00Z"),
  revokedAt: null,
  lastSignInAt: new Date("2026-11-23T14:59:00Z"),
  lastEmail: undefined,
  tags: [],
};
const viewing: Viewing = { slug: "northwind", zone: "UTC", mayAct: true };

const remembered = (rows: readonly ContactRow[], reader: Viewing, at = now) =>
  Buffer.from(drawRows(fromRows(rows), reader, at).html).toString();
const anew = async (rows: readonly ContactRow[], reader: Viewing, at = now) => {
  const moving = rows.filter(({ lastEmail }) => lastEmail && ["queued", "sending"].includes(lastEmail.status)).length;
  const texts = rows.map((contact) => drawn(ContactRowPart({ ...reader, contact, now: at, watch: moving <= 5 })));
  return (await Promise.all(texts)).join("");
};

const moment = fc.option(
  fc.constantFrom(0, 5, 60, 900, 1_500, 3_000, 600_000).map((ago) => new Date(now.getTime() - ago * 60_000)),
);
const lastEmail = fc.option(
  fc.record({
    id: fc.constant("01a2090b-54fe-7508-867f-c925a7a0aaaa"),
    kind: fc.constantFrom("invite" as const, "login-email" as const),
    status: fc.constantFrom(
      "queued" as const,
      "sending" as const,
      "sent" as const,
      "delayed" as const,
      "bounced" as const,
    ),
    reason: fc.option(fc.constantFrom("", "Full.", "<b>")),
    at: fc.constant(now),
  }),
  { nil: undefined },
);
const contact: fc.Arbitrary<ContactRow> = fc.record({
  id: fc.constantFrom(maya.id, maya.id.replace("01a2", "01a3")),
  name: fc.constantFrom("", "Maya", "<Maya>", "Zoë 💛"),
  email: fc.constantFrom("maya@acme.example", "m@acme.example"),
  company: fc.constantFrom("", "Acme", '"A" & B'),
  status: fc.constantFrom("not-invited" as const, "invited" as const, "joined" as const, "revoked" as const),
  invitedAt: moment,
  joinedAt: moment,
  revokedAt: moment,
  lastSignInAt: moment,
  lastEmail,
  tags: fc.constantFrom([], ["a"], ["a", "b, c"]),
});
const reader: fc.Arbitrary<Viewing> = fc.record({
  slug: fc.constantFrom("northwind", "rivermark"),
  zone: fc.constantFrom("UTC", "Pacific/Auckland", "America/Los_Angeles"),
  mayAct: fc.boolean(),
});

describe("remembered rows", () => {
  it("are what would be drawn, whatever was drawn before them and for whom", async () => {
    const at = fc
      .constantFrom(0, 1, 60, 12 * 60, 24 * 60, 40 * 24 * 60)
      .map((later) => new Date(now.getTime() + later * 60_000));
    await fc.assert(
      fc.asyncProperty(fc.array(contact, { maxLength: 8 }), reader, at, async (rows, who, when) => {
        expect(remembered(rows, who, when)).toBe(await anew(rows, who, when));
      }),
      { numRuns: 400 },
    );
  });

  it("are taken from memory while nothing has changed, once they were drawn twice", () => {
    const jonas = { ...maya, id: maya.id.replace("423b", "0000"), name: "Jonas" };
    const draw = (contact: ContactRow, at = now) => drawRows(fromRows([contact]), { ...viewing }, at).html;
    const first = draw(jonas);
    const second = draw(jonas);
    expect(second).not.toBe(first);
    expect(second).toEqual(first);
    expect(draw({ ...jonas, tags: [] }, new Date(now.getTime() + 60_000))).toBe(second);
    expect(draw({ ...jonas, company: "Acme Ltd" })).not.toEqual(second);
    expect(draw(jonas)).toBe(second);
  });

  it("say yesterday from midnight on, by the reader's clock", () => {
    expect(remembered([maya], viewing)).toContain("Today, 14:59");
    expect(remembered([maya], viewing, new Date("2026-11-23T23:59:59Z"))).toContain("Today, 14:59");
    expect(remembered([maya], viewing, new Date("2026-11-24T00:00:00Z"))).toContain("Yesterday, 14:59");
    const auckland = { ...viewing, zone: "Pacific/Auckland" };
    expect(remembered([maya], auckland, new Date("2026-11-24T00:00:00Z"))).toContain("Today, 03:59");
  });

  it("hold no action for who may only look, and no link into another list", () => {
    expect(remembered([maya], viewing)).toContain("More actions for Maya Okafor");
    expect(remembered([maya], { ...viewing, mayAct: false })).not.toMatch(/More actions|checkbox/);
    expect(remembered([maya], { ...viewing, slug: "rivermark" })).not.toContain("northwind");
  });
});
