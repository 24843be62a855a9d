// A member stops the e-mails of workflows to a contact, and lets them go out again.
import { afterAll, beforeAll, expect, it } from "vitest";
import { app } from "../../../src/paths.ts";
import { createWorld, type World } from "../../support/world.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

it("says on the contact's page that automatic emails stopped, and who did it", async () => {
  const { slug, members, contacts } = world.northwind;
  const nora = await world.member(members.member);
  const page = app.contact(slug, contacts.joined.id);
  expect(await nora.page(page)).toContain("Workflows may write to this contact");
  await nora.post(app.contactWorkflowMail(slug, contacts.joined.id), { workflow_mail: "off" });
  const stopped = await nora.page(page);
  expect(stopped).toContain("Automatic emails stopped");
  expect(stopped).toContain(`By ${members.member.name}`);
  const answer = await nora.post(
    app.contactWorkflowMail(slug, contacts.joined.id),
    { workflow_mail: "on" },
    { htmx: "contact-page" },
  );
  expect(await answer.text()).toContain("Workflows may write to this contact");
});

it("is not a viewer's to change, and no other agency's", async () => {
  const { slug, members } = world.northwind;
  const viewer = await world.member(members.viewer);
  await viewer.page(app.portal(slug));
  const own = await viewer.post(app.contactWorkflowMail(slug, world.northwind.contacts.joined.id), {});
  expect(own.status).toBe(403);
  const nora = await world.member(members.owner);
  await nora.page(app.portal(slug));
  const theirs = await nora.post(app.contactWorkflowMail(slug, world.rivermark.contacts.joined.id), {});
  expect(theirs.status).toBe(404);
});
