// Batches over HTTP: stopping, trying again, one e-mail alone.
import { expect, test } from "vitest";
import { worldForTest } from "../../support/world.ts";

async function open() {
  const world = await worldForTest();
  const nora = await world.member(world.northwind.members.member);
  await nora.page("/northwind");
  const { joined, invited } = world.northwind.contacts;
  const key = crypto.randomUUID();
  await nora.post("/northwind/login-emails", { contact: [joined.id, invited.id], key });
  const path = `/northwind/email-batches/${key}`;
  const fail = (contactId: string, status: string, reason: string) =>
    world.database.owner.query("update emails set status = $2, reason = $3 where contact_id = $1 returning id", [
      contactId,
      status,
      reason,
    ]);
  return { world, nora, path, joined, invited, fail };
}

test("stopping calls off what is queued and says how many", async () => {
  const { nora, path } = await open();
  const answer = await nora.post(`${path}/stop`, {}, { htmx: "bulk-progress" });
  const html = await answer.text();
  expect(html).toContain("2 emails stopped");
  expect(html).toContain("2 of 2 done");
  expect(html).not.toContain("hx-trigger");
  expect((await nora.post(`${path}/stop`)).headers.get("location")).toBe(path);
});

test("failed ones stand first with their reason and can be tried again, alone or together", async () => {
  const { world, nora, path, joined, invited, fail } = await open();
  const { rows } = await fail(joined.id, "failed", "Mailbox full.");
  await fail(invited.id, "failed", "Mailbox full.");
  const html = await nora.page(path);
  expect(html).toContain("Retry 2 failed");
  expect(html).toContain("Mailbox full.");
  const alone = await nora.post(`/northwind/emails/${rows[0].id}/retry`, {}, { htmx: "bulk-progress" });
  expect(await alone.text()).toContain("Retry 1 failed");
  const rest = await nora.post(`${path}/retries`);
  expect([rest.status, rest.headers.get("location")]).toEqual([303, path]);
  expect(await nora.page(path)).toContain("1 email queued again");
  const { rows: left } = await world.database.owner.query("select status from emails");
  expect(left).toEqual([{ status: "queued" }, { status: "queued" }]);
});

test("an address that does not exist is to be fixed, not tried again", async () => {
  const { world, nora, path, joined, fail } = await open();
  await fail(joined.id, "bounced", "No such address.");
  await world.database.owner.query(
    "insert into suppressions (agency_id, email, reason) values ($1, $2, 'No such address.')",
    [world.northwind.id, joined.email],
  );
  const html = await nora.page(path, { htmx: "bulk-progress" });
  expect(html).toContain("Fix address");
  expect(html).toContain(`href="/northwind/contacts/${joined.id}"`);
  expect(html).not.toContain("Retry 1 failed");
});

test("nothing of it exists for a viewer or another agency", async () => {
  const { world, path, fail, joined } = await open();
  const { rows } = await fail(joined.id, "failed", "Mailbox full.");
  const rafael = await world.member(world.rivermark.members.owner);
  const viewer = await world.member(world.northwind.members.viewer);
  await rafael.page("/rivermark");
  await viewer.page("/northwind");
  for (const action of [path, `${path}/stop`, `${path}/retries`, `/northwind/emails/${rows[0].id}/retry`]) {
    const ask = (who: typeof rafael, url: string) => (action === path ? who.get(url) : who.post(url));
    expect((await ask(rafael, action.replace("northwind", "rivermark"))).status).toBe(404);
    expect((await ask(viewer, action)).status).toBe(403);
  }
});
