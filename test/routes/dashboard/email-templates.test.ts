// E-mail templates: who may change them, what is refused and where, what the preview and a test show, and the way back.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { defaultFields, type TemplateFields } from "../../../src/models/email-template-words.ts";
import { app } from "../../../src/paths.ts";
import type { Visitor } from "../../support/visitor.ts";
import { createWorld, type World } from "../../support/world.ts";

let world: World;
let owner: Visitor;
beforeAll(async () => {
  world = await createWorld();
  owner = await world.member(world.northwind.members.owner);
});
beforeEach(async () => {
  for (const table of ["email_template_drafts", "email_templates", "limits"])
    await world.database.owner.query(`delete from ${table}`);
  await owner.page(INVITE);
});
afterAll(() => world.close());

const INVITE = app.emailTemplate("northwind", "invite");
const words = (changed: Partial<TemplateFields> = {}) => ({ ...defaultFields.invite, ...changed });
const rows = async (text: string) => (await world.database.owner.query(text)).rows;

describe("the page", () => {
  it("shows the product's words and the e-mail, to a viewer too, who can change nothing", async () => {
    const html = await owner.page(app.emailTemplates("northwind"));
    expect(html).toContain("{{ portal.name }} invited you to your client portal");
    expect(html).toContain("Northwind invited you to your client portal");
    const viewer = await world.member(world.northwind.members.viewer);
    expect(await viewer.page(INVITE)).toContain("Owners and admins can change this.");
    expect((await viewer.post(INVITE, words())).status).toBe(403);
  });

  it("frames an e-mail that may run nothing and is framed by us alone", async () => {
    const response = await owner.get(app.emailTemplateFrame("northwind", "invite", { v: "saved", scheme: "dark" }));
    const policy = response.headers.get("content-security-policy");
    for (const rule of ["default-src 'none'", "sandbox", "frame-ancestors 'self'"]) expect(policy).toContain(rule);
    expect(policy).not.toContain("script-src");
    const html = await response.text();
    expect(html).toContain("@media all");
    expect(html).toContain("/l/this-is-a-sample-link");
  });
});

describe("saving", () => {
  it("keeps a version, rewrites the names that others use, and another agency sees nothing of it", async () => {
    const body = "Hi,\n\n[Come in]({{ client_portal.magic_link }})";
    const response = await owner.post(INVITE, words({ body }));
    expect(response.headers.get("location")).toBe(INVITE);
    const html = await owner.page(INVITE);
    expect(html).toContain("Template saved");
    expect(html).toContain("[Come in]({{ portal.login_url }})");
    expect(html).toContain("Version 1");
    const rival = await world.member(world.rivermark.members.owner);
    expect(await rival.page(app.emailTemplate("rivermark", "invite"))).not.toContain("Come in");
    expect((await rival.get(INVITE)).status).toBe(404);
  });

  it("refuses what cannot be sent at its field, and keeps what was typed", async () => {
    const response = await owner.post(
      INVITE,
      words({ subject: "{{ portal.login_url }}", body: "one\n{{ contact.frist_name }}" }),
    );
    expect(response.status).toBe(422);
    const html = await response.text();
    expect(html).toContain("A link cannot stand in the subject.");
    expect(html).toContain("Line 2: There is no custom value “contact.frist_name”. Did you mean contact.first_name?");
    expect(html).toContain("{{ contact.frist_name }}");
    expect(await rows("select from email_template_versions")).toEqual([]);
  });

  it("the same words again are no new version, an earlier version can be taken up again, and the default too", async () => {
    await owner.post(INVITE, words({ heading: "First" }));
    await owner.post(INVITE, words({ heading: "First" }));
    await owner.post(INVITE, words({ heading: "Second" }));
    const versions = await rows("select id, number from email_template_versions order by number");
    expect(versions.map(({ number }) => number)).toEqual([1, 2]);
    await owner.post(app.emailTemplateVersions("northwind", "invite"), { version: versions[0].id });
    expect(await owner.page(INVITE)).toContain('value="First"');
    await owner.post(app.emailTemplateDefault("northwind", "invite"), {});
    expect(await owner.page(INVITE)).toContain('value="Your client portal is ready"');
    expect(await rows("select from email_template_versions")).toHaveLength(3);
  });
});

describe("typing", () => {
  it("brings the preview for the contact of one's choice, and keeps it as it is while something is wrong", async () => {
    const { joined } = world.northwind.contacts;
    const path = app.emailTemplatePreview("northwind", "invite");
    const good = await owner.post(
      path,
      { ...words({ heading: "For {{ contact.email }}" }), as: joined.id },
      { htmx: "template-preview" },
    );
    expect(await good.text()).toContain(`For ${joined.email}`);
    const bad = await owner.post(path, words({ heading: "{{ x }}" }), { htmx: "template-preview" });
    expect(bad.headers.get("hx-reswap")).toBe("none");
    expect(await bad.text()).toContain("There is no custom value “x”.");
  });

  it("another agency's contact is nobody here", async () => {
    const html = await owner.page(app.emailTemplate("northwind", "invite", { as: world.rivermark.contacts.joined.id }));
    expect(html).toContain("maya@brightwater.example");
    expect(html).not.toContain(world.rivermark.contacts.joined.email);
  });

  it("a test is queued for oneself with what was typed, and its number is limited", async () => {
    const tests = app.emailTemplateTests("northwind", "invite");
    const response = await owner.post(tests, words({ heading: "Try" }));
    expect(response.headers.get("location")).toBe(app.emailTemplate("northwind", "invite", { draft: "1" }));
    expect(await owner.page(response.headers.get("location") ?? "")).toContain('value="Try"');
    const [job] = await rows("select payload from jobs where kind = 'send-template-test'");
    expect(job.payload).toMatchObject({ template: "invite" });
    expect(JSON.stringify(job.payload)).not.toContain("Try");
    for (let sent = 1; sent < 10; sent++) await owner.post(tests, words());
    expect((await owner.post(tests, words())).status).toBe(429);
  });
});

describe("templates of the agency's own", () => {
  it("are made by name, changed, and removed without losing their versions", async () => {
    const made = await owner.post(app.emailTemplates("northwind"), { name: "Quarterly news" });
    const path = made.headers.get("location") ?? "";
    expect(await owner.page(path)).toContain("Quarterly news");
    await owner.post(path, words({ heading: "Ours" }));
    await owner.post(`${path}/removal`, {});
    expect((await owner.get(path)).status).toBe(404);
    expect(await rows("select from email_template_versions")).toHaveLength(2);
    expect((await owner.post(app.emailTemplates("northwind"), { name: "  " })).status).toBe(422);
  });
});
