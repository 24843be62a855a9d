// What contacts do once they are in: set and change a password, change their name, sign devices out; and the agency's colour.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { contrast, onBrand } from "../../../src/models/brand-colors.ts";
import { portal } from "../../../src/paths.ts";
import type { Visitor } from "../../support/visitor.ts";
import { createWorld, type World } from "../../support/world.ts";
import { contactRow, countSessions, enter, makeLink, restore } from "./portal-world.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
beforeEach(() => restore(world));
afterAll(() => world.close());

const GOOD = "quiet river stones";
const change = (text: string, ...values: unknown[]) => world.database.owner.query(text, values);
const enterAs = (contactId: string) => enter(world, world.northwind, contactId, world.client(world.northwind));

async function signInWith(email: string, password: string): Promise<number> {
  const person = world.client(world.northwind);
  await person.get(portal.signIn());
  return (await person.post(portal.signIn(), { email, password })).status;
}

async function setFirst(person: Visitor, password = GOOD): Promise<Response> {
  await person.get(portal.firstPassword());
  return person.post(portal.firstPassword(), { password, next: "/profile" });
}

describe("the first password", () => {
  it("is set, renews the session and is then worth something", async () => {
    const { joined } = world.northwind.contacts;
    const person = await enterAs(joined.id);
    const before = person.cookies.get("contact");
    const response = await setFirst(person);
    expect(response.headers.get("location")).toBe("/profile");
    expect(person.cookies.get("contact")).not.toBe(before);
    expect(await person.page(portal.profile())).toContain("Password saved");
    expect(await signInWith(joined.email, GOOD)).toBe(303);
  });

  it.each([
    ["short", "Use 8 characters or more."],
    ["password", "one of the first"],
    ["x".repeat(129), "Use 128 characters or fewer."],
  ])("is refused when it is %.10s", async (password, words) => {
    const person = await enterAs(world.northwind.contacts.joined.id);
    const response = await setFirst(person, password);
    expect(response.status).toBe(422);
    expect(await response.text()).toContain(words);
  });

  it("cannot replace one that is there", async () => {
    const { joined } = world.northwind.contacts;
    const person = await enterAs(joined.id);
    await setFirst(person);
    expect((await person.get(portal.firstPassword())).status).toBe(303);
    await setFirst(person, "another good one");
    expect(await signInWith(joined.email, GOOD)).toBe(303);
    expect(await signInWith(joined.email, "another good one")).toBe(422);
  });

  it("may be passed over, and is not asked for again", async () => {
    const person = await enterAs(world.northwind.contacts.invited.id);
    expect(await person.page(portal.firstPassword("/profile"))).toContain('href="/profile"');
    expect((await person.get(portal.home())).status).toBe(200);
  });

  it("is replaced after a reset link without the old one", async () => {
    const { joined } = world.northwind.contacts;
    await setFirst(await enterAs(joined.id));
    const token = await makeLink(world, world.northwind, joined.id, { kind: "reset", emailed: true });
    const person = world.client(world.northwind);
    await person.get(portal.link(token));
    await person.post(portal.link(token));
    expect(await person.page(portal.firstPassword())).toContain("Choose a new password");
    await setFirst(person, "another good one");
    expect(await signInWith(joined.email, GOOD)).toBe(422);
    expect(await signInWith(joined.email, "another good one")).toBe(303);
  });
});

describe("changing the password", () => {
  it("needs the current one and signs the other devices out", async () => {
    const { joined } = world.northwind.contacts;
    const person = await enterAs(joined.id);
    await setFirst(person);
    const other = await enterAs(joined.id);
    await person.get(portal.profilePassword());
    const fields = { current_password: "not this one", password: "another good one" };
    const refused = await person.post(portal.profilePassword(), fields);
    expect(refused.status).toBe(422);
    expect(await refused.text()).toContain("This is not your current password.");
    const changed = await person.post(portal.profilePassword(), { ...fields, current_password: GOOD });
    expect(changed.headers.get("location")).toBe("/profile");
    expect((await person.get(portal.profile())).status).toBe(200);
    expect((await other.get(portal.profile())).status).toBe(303);
    expect(await signInWith(joined.email, "another good one")).toBe(303);
  });
});

describe("the profile", () => {
  it("takes a new name, cleaned, and needs one", async () => {
    const { joined } = world.northwind.contacts;
    const person = await enterAs(joined.id);
    await person.get(portal.profile());
    expect((await person.post(portal.profile(), { name: "  Jane\u0007  O'Doe " })).status).toBe(303);
    expect((await contactRow(world, joined.id))["name"]).toBe("Jane O'Doe");
    const refused = await person.post(portal.profile(), { name: "   " });
    expect(refused.status).toBe(422);
    expect(await refused.text()).toContain("Enter your name.");
  });

  it("lists the devices and signs out one, then all others, with and without htmx", async () => {
    const { joined } = world.northwind.contacts;
    const person = await enterAs(joined.id);
    const [second, third, fourth] = [await enterAs(joined.id), await enterAs(joined.id), await enterAs(joined.id)];
    const html = await person.page(portal.profile());
    expect(html.match(/This device/g)).toHaveLength(1);
    const [first, ...more] = [...html.matchAll(/action="(\/profile\/devices\/[0-9a-f-]{36}\/sign-out)"/g)].map(
      ([, path]) => path ?? "",
    );
    expect(more).toHaveLength(2);
    expect((await person.post(first ?? "")).headers.get("location")).toBe("/profile");
    expect(await countSessions(world, joined.id)).toBe(3);
    const reply = await person.post(more[0] ?? "", {}, { htmx: "devices" });
    expect(reply.status).toBe(200);
    const partial = await reply.text();
    expect(partial).toContain('id="devices"');
    expect(partial).not.toContain("<html");
    expect((await person.post(portal.profileDevices())).status).toBe(303);
    expect(await countSessions(world, joined.id)).toBe(1);
    for (const gone of [second, third, fourth]) expect((await gone.get(portal.home())).status).toBe(303);
    expect((await person.get(portal.home())).status).toBe(200);
  });

  it("does not sign out somebody else's device", async () => {
    const { joined, invited } = world.northwind.contacts;
    const person = await enterAs(joined.id);
    const other = await enterAs(invited.id);
    const stranger = await enter(
      world,
      world.rivermark,
      world.rivermark.contacts.joined.id,
      world.client(world.rivermark),
    );
    const { rows } = await change("select id from contact_sessions where contact_id = $1", invited.id);
    await person.get(portal.profile());
    await stranger.get(portal.profile());
    for (const path of [
      portal.profileDevice(rows[0].id as string),
      portal.profileDevice("x"),
      portal.profileDevice("0"),
    ]) {
      expect((await person.post(path)).status).toBe(404);
      expect((await stranger.post(path)).status).toBe(404);
    }
    expect((await other.get(portal.home())).status).toBe(200);
  });

  it("shows the home with the agency's name and the contact's own details", async () => {
    const { joined } = world.northwind.contacts;
    const html = await (await enterAs(joined.id)).page(portal.home());
    expect(html).toContain("Northwind");
    expect(html).toContain(joined.email);
    expect(html).toContain("Northwind Client Ltd");
    expect(html).not.toContain("Rivermark");
  });
});

describe("the theme", () => {
  it("is the agency's colour with the text that reads better on it", async () => {
    await change("update agencies set brand_color = '#ffdd00' where id = $1", world.northwind.id);
    world.deps.hosts.forget();
    const response = await world.client(world.northwind).get(portal.theme());
    expect(response.headers.get("content-type")).toContain("text/css");
    expect(await response.text()).toBe(":root{--brand:#ffdd00}\n[data-brand]{--on-brand:#000000}\n");
    const etag = response.headers.get("etag") ?? "";
    expect(
      (await world.client(world.northwind).get(portal.theme(), { headers: { "if-none-match": etag } })).status,
    ).toBe(304);
    expect(await (await world.client(world.rivermark).get(portal.theme())).text()).not.toContain("#ffdd00");
  });

  it("always reaches 4.5:1", () => {
    for (let i = 0; i < 4096; i++) {
      const brand = `#${i.toString(16).padStart(3, "0").replace(/./g, "$&$&")}`;
      expect(contrast(brand, onBrand(brand))).toBeGreaterThanOrEqual(4.5);
    }
  });
});
