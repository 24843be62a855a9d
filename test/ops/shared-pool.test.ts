// One process for requests and jobs, whose jobs have all come to a halt in the database: pages are served and login mail leaves.
import { expect, onTestFinished, test } from "vitest";
import { DEMO_PASSWORD, demoAgencies } from "../../src/db/seed-people.ts";
import { enableWorkflow } from "../../src/models/workflow-switches.ts";
import { createWorkflow } from "../../src/models/workflows.ts";
import { define } from "../models/workflow-agency.ts";
import { startProduct } from "../support/product.ts";
import { request } from "../support/request.ts";

const WORKFLOWS = 30;

test("while more jobs wait for a lock than the pool has connections, pages and login mail find one", async () => {
  const product = await startProduct();
  onTestFinished(() => product.stop());
  const { database, smtp, appUrl } = product;
  const [northwind, rivermark] = demoAgencies;
  if (!northwind || !rivermark) throw new Error("There are two demo agencies.");
  const { rows } = await database.owner.query(
    "select agencies.id, member_id from agencies join memberships on agency_id = agencies.id where slug = $1",
    [northwind.slug],
  );
  const { id, member_id: memberId } = rows[0] as { id: string; member_id: string };
  await database.store(id).write(async (db) => {
    for (let at = 0; at < WORKFLOWS; at += 1) {
      const workflow = await createWorkflow(db, `Remind ${at}`, memberId, define({ on: "not-joined", days: 3 }));
      await enableWorkflow(db, workflow, { existing: false }, memberId);
    }
  });
  const locker = await database.owner.connect();
  onTestFinished(() => locker.release());
  await locker.query("begin");
  await locker.query("select from workflows for update");
  onTestFinished(async () => void (await locker.query("rollback")));
  await database.owner.query("update jobs set run_at = now() where kind = 'enter-workflow'");
  const held = async () =>
    (await database.owner.query("select from jobs where kind = 'enter-workflow' and lease_id is not null")).rowCount;
  await expect.poll(held, { timeout: 30_000 }).toBeGreaterThan(10);

  const post = (url: string, form: Record<string, string>) =>
    request(url, {
      method: "POST",
      headers: { "sec-fetch-site": "same-origin" },
      body: new URLSearchParams(form).toString(),
    });
  const signedIn = await post(`${appUrl}/sign-in`, { email: rivermark.owner.email, password: DEMO_PASSWORD });
  expect(signedIn.status).toBe(303);
  const cookie = (signedIn.headers["set-cookie"] ?? []).map((line) => line.split(";")[0]).join("; ");
  for (let page = 0; page < 5; page += 1)
    expect((await request(`${appUrl}/${rivermark.slug}`, { headers: { cookie } })).status).toBe(200);

  const { rows: joined } = await database.owner.query(
    "select email from contacts join agencies on agencies.id = agency_id where slug = $1 and status = 'joined' limit 1",
    [rivermark.slug],
  );
  const { email } = joined[0] as { email: string };
  expect((await post(`${product.portalUrl(rivermark.slug)}/sign-in/link`, { email })).status).toBeLessThan(400);
  await smtp.received(1, email);
}, 120_000);
