// Unsubscribing from the e-mails of workflows: from the mail's link, by the mail program's own button, and in the profile.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { unsubscribeToken } from "../../../src/models/workflow-mail.ts";
import { portal } from "../../../src/paths.ts";
import { createWorld, type World, type WorldAgency } from "../../support/world.ts";
import { enter, restore } from "./portal-world.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
beforeEach(async () => {
  await restore(world);
  await world.database.owner.query("update contacts set workflow_mail_off_at = null");
  await world.database.owner.query("delete from events where kind like 'contact.workflow-mail%'");
});
afterAll(() => world.close());

const tokenOf = (agency: WorldAgency, contactId: string) =>
  unsubscribeToken(agency.id, contactId, world.deps.keys.newest("unsubscribe"));

async function isStopped(contactId: string): Promise<boolean> {
  const { rows } = await world.database.owner.query(
    "select workflow_mail_off_at is not null as stopped from contacts where id = $1",
    [contactId],
  );
  return rows[0]?.stopped;
}

const eventsOf = async (contactId: string) =>
  (
    await world.database.owner.query(
      "select kind from events where contact_id = $1 and kind like 'contact.workflow-mail%' order by id",
      [contactId],
    )
  ).rows.map(({ kind }) => kind);

/** As a mailbox provider's server posts it: no cookies, no page, no Origin (RFC 8058 §3.2). */
const oneClick = (agency: WorldAgency, token: string, body = "List-Unsubscribe=One-Click") =>
  world.client(agency).request("POST", portal.unsubscribe(token), body);

describe("the link in a mail", () => {
  it("changes nothing when it is opened, and stops the mails when its button is pressed", async () => {
    const { invited } = world.northwind.contacts;
    const person = world.client(world.northwind);
    const path = portal.unsubscribe(tokenOf(world.northwind, invited.id));
    const page = await person.page(path);
    expect(page).toContain("Stop automatic emails?");
    expect(page).not.toContain(invited.email);
    expect(await isStopped(invited.id)).toBe(false);
    const pressed = await person.post(path);
    expect([pressed.status, pressed.headers.get("location")]).toEqual([303, path]);
    expect(await isStopped(invited.id)).toBe(true);
    expect(await person.page(path)).toContain("You are unsubscribed");
  });

  it("leads back: one press and the mails come again, and both are in the record", async () => {
    const { joined } = world.northwind.contacts;
    const person = world.client(world.northwind);
    const token = tokenOf(world.northwind, joined.id);
    await person.page(portal.unsubscribe(token));
    await person.post(portal.unsubscribe(token));
    await person.post(portal.unsubscribeUndo(token));
    expect(await isStopped(joined.id)).toBe(false);
    expect(await eventsOf(joined.id)).toEqual(["contact.workflow-mail-stopped", "contact.workflow-mail-resumed"]);
  });

  it("is nobody's on another agency's portal, and with a changed letter", async () => {
    const { joined } = world.northwind.contacts;
    const token = tokenOf(world.northwind, joined.id);
    expect((await world.client(world.rivermark).get(portal.unsubscribe(token))).status).toBe(404);
    expect((await oneClick(world.rivermark, token)).status).toBe(404);
    const changed = `${token.startsWith("A") ? "B" : "A"}${token.slice(1)}`;
    for (const other of [changed, token.slice(0, -1), `${token}A`, "x"])
      expect((await oneClick(world.northwind, other)).status).toBe(404);
    expect(await isStopped(joined.id)).toBe(false);
  });
});

describe("the mail program's own button", () => {
  it("stops the mails by a post from anywhere without cookies, and is not led on", async () => {
    const { invited } = world.northwind.contacts;
    const answer = await oneClick(world.northwind, tokenOf(world.northwind, invited.id));
    expect([answer.status, answer.headers.get("location")]).toEqual([200, null]);
    expect(await isStopped(invited.id)).toBe(true);
  });

  it("may post its field as multipart/form-data too", async () => {
    const { invited } = world.northwind.contacts;
    const body = new FormData();
    body.set("List-Unsubscribe", "One-Click");
    const path = portal.unsubscribe(tokenOf(world.northwind, invited.id));
    expect((await world.client(world.northwind).request("POST", path, body)).status).toBe(200);
    expect(await isStopped(invited.id)).toBe(true);
  });

  it("may be pressed twice, and says so once in the record", async () => {
    const { invited } = world.northwind.contacts;
    await oneClick(world.northwind, tokenOf(world.northwind, invited.id));
    expect((await oneClick(world.northwind, tokenOf(world.northwind, invited.id))).status).toBe(200);
    expect(await eventsOf(invited.id)).toEqual(["contact.workflow-mail-stopped"]);
  });

  it("is more than a post: a robot that sends the form's button without its page changes nothing", async () => {
    const { invited } = world.northwind.contacts;
    const answer = await oneClick(world.northwind, tokenOf(world.northwind, invited.id), "form_token=");
    expect(await answer.text()).toContain("Stop automatic emails?");
    expect(await isStopped(invited.id)).toBe(false);
  });

  it("leaves no token in the log", async () => {
    const token = tokenOf(world.northwind, world.northwind.contacts.invited.id);
    await oneClick(world.northwind, token);
    expect(world.logged.join("")).toContain("/unsubscribe/");
    expect(world.logged.join("")).not.toContain(token);
  });
});

describe("the profile", () => {
  it("stops the mails and takes them up again", async () => {
    const { joined } = world.northwind.contacts;
    const person = await enter(world, world.northwind, joined.id, world.client(world.northwind));
    expect(await person.page(portal.profile())).toContain("Reminders and news that Northwind");
    await person.post(portal.workflowMail(), { workflow_mail: "off" });
    expect(await isStopped(joined.id)).toBe(true);
    expect(await person.page(portal.profile())).toContain("Get them again");
    await person.post(portal.workflowMail(), { workflow_mail: "on" });
    expect(await isStopped(joined.id)).toBe(false);
    expect(await person.page(portal.profile())).toContain("You get automatic emails again");
  });
});
