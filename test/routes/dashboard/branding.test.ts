// Branding: who may change it, what the preview shows, what is saved, where it is seen, and what hostile files and fields come to.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { app, portal } from "../../../src/paths.ts";
import { disc, handmadePng, plain } from "../../support/images.ts";
import type { Visitor } from "../../support/visitor.ts";
import { countRows, createWorld, type World } from "../../support/world.ts";

let world: World;
let owner: Visitor;
beforeAll(async () => {
  world = await createWorld();
  owner = await world.member(world.northwind.members.owner);
});
beforeEach(async () => {
  await world.database.owner.query(
    `update agencies set portal_name = null, brand_color = '#2f5bd7', color_scheme = 'system', welcome_headline = null,
       welcome_text = null, support_email = null, logo = null, favicon_hash = null, brand_version = 1`,
  );
  for (const table of ["brand_images", "events", "limits"]) await world.database.owner.query(`delete from ${table}`);
  world.deps.hosts.forget();
  await owner.page(PATH);
});
afterAll(() => world.close());

const PATH = app.branding("northwind");
const PREVIEW = app.brandingPreview("northwind");
const typed = {
  name: "Halden & Rye",
  color: "#1f4fcc",
  color_was: "#2f5bd7",
  scheme: "dark",
  headline: "Your books, in plain view.",
  text: "Reports, invoices and files.",
  help: "Hello@HaldenRye.example",
};

const signInPage = (agency = world.northwind) => world.client(agency).page(portal.signIn());
const logoIn = (html: string) => /\/brand\/[\w-]{43}\.png/.exec(html)?.[0] ?? "";
const keptIn = (html: string) => /name="logo_hash" value="([\w-]{43})"/.exec(html)?.[1] ?? "";
const logo = () => plain("png", { width: 400, height: 100 });
const events = async () =>
  (await world.database.owner.query("select member_id, data from events where kind = 'branding.changed' order by id"))
    .rows as { member_id: string; data: { before: object; after: object } }[];

describe("saving", () => {
  it("changes every page of the portal, error pages included, and nobody else's", async () => {
    const response = await owner.postFiles(PATH, typed, {});
    expect(response.headers.get("location")).toBe(PATH);
    expect(await owner.page(PATH)).toContain("Branding saved");
    const html = await signInPage();
    for (const words of [
      "Halden &amp; Rye",
      "Your books, in plain view.",
      "Reports, invoices",
      "hello@haldenrye.example",
    ])
      expect(html).toContain(words);
    expect(html).toContain('data-theme="dark"');
    expect(html).toContain('href="/theme.css?v=2"');
    const lost = await world.client(world.northwind).page("/nothing-here");
    expect(lost).toContain("Halden &amp; Rye");
    expect(lost).toContain("/theme.css?v=2");
    const theirs = await signInPage(world.rivermark);
    expect(theirs).not.toMatch(/Halden|data-theme|haldenrye|v=2/);
  });

  it("is recorded with who, and what it was and became", async () => {
    await owner.postFiles(PATH, typed, {});
    const [event, ...more] = await events();
    expect(more).toEqual([]);
    expect(event?.member_id).toBe(world.northwind.members.owner.id);
    expect(event?.data).toEqual({
      before: { name: "", color: "#2f5bd7", scheme: "system", headline: "", text: "", supportEmail: "" },
      after: {
        name: "Halden & Rye",
        color: "#1f4fcc",
        scheme: "dark",
        headline: "Your books, in plain view.",
        text: "Reports, invoices and files.",
        supportEmail: "hello@haldenrye.example",
      },
    });
    await owner.postFiles(PATH, { ...typed, color_was: "#1f4fcc" }, {});
    expect(await events()).toHaveLength(1);
    expect(await owner.page(PATH)).toContain("Nothing had changed");
    expect(await countRows(world, "events", world.rivermark.id)).toBe(0);
  });

  it("works as a plain form without files too, and keeps the agency's own name out of the portal's", async () => {
    await owner.post(PATH, { ...typed, name: "Northwind" });
    expect((await events())[0]?.data.after).not.toHaveProperty("name");
    expect(await signInPage()).toContain("Your books, in plain view.");
  });

  it("takes whichever of number, picker and swatch was changed", async () => {
    const color = async (fields: object) => {
      await owner.post(PATH, { ...typed, color: "#2f5bd7", ...fields });
      const { rows } = await world.database.owner.query("select brand_color from agencies where slug = 'northwind'");
      return (rows[0] as { brand_color: string }).brand_color;
    };
    expect(await color({ picked: "#2f5bd7", swatch: "#f3c530" })).toBe("#f3c530");
    expect(await color({ picked: "#123456", swatch: "#2f5bd7" })).toBe("#123456");
    expect(await color({ color: "ABC", picked: "#2f5bd7" })).toBe("#aabbcc");
  });

  it.each([
    ["color", "red;}body{display:none", "Use # and six digits"],
    ["color", "", "Use # and six digits"],
    ["headline", "x".repeat(61), "Use 60 characters or fewer."],
    ["text", "x".repeat(301), "Use 300 characters or fewer."],
    ["name", "x".repeat(101), "Use 100 characters or fewer."],
    ["help", "nobody", "Enter an email address such as"],
  ])("refuses %s %.12j and keeps what was typed", async (field, value, words) => {
    const response = await owner.post(PATH, { ...typed, [field]: value });
    expect(response.status).toBe(422);
    const html = await response.text();
    expect(html).toContain(words);
    expect(html).toContain("Unsaved changes");
    expect(html).toContain(field === "headline" ? "Reports, invoices" : "Your books, in plain view.");
    expect(await events()).toEqual([]);
  });

  it("shows markup and marks of direction as text or not at all", async () => {
    await owner.post(PATH, {
      ...typed,
      headline: "<b>Hi</b>\u202e\u0000",
      text: '"><script>alert(1)</script>',
      name: "</title><x>",
    });
    const html = await signInPage();
    expect(html).toContain("&lt;b&gt;Hi&lt;/b&gt;");
    expect(html).not.toMatch(/<b>Hi|<script>alert|<x>|\u202e/);
  });
});

describe("who may", () => {
  it.each(["viewer", "member"] as const)("look but not change: a %s", async (role) => {
    const visitor = await world.member(world.northwind.members[role]);
    const html = await visitor.page(PATH);
    expect(html).toContain("Owners and admins can change this.");
    expect(html).toMatch(/<fieldset[^>]* disabled/);
    expect(html).not.toContain('hx-post="/northwind/settings');
    for (const path of [PATH, PREVIEW]) expect((await visitor.post(path, typed)).status).toBe(403);
    expect(await events()).toEqual([]);
  });

  it("change: an admin, and nobody of another agency or signed out", async () => {
    const admin = await world.member(world.northwind.members.admin);
    expect((await admin.post(PATH, typed)).status).toBe(303);
    const stranger = await world.member(world.rivermark.members.owner);
    for (const path of [PATH, PREVIEW]) expect((await stranger.post(path, typed)).status).toBe(404);
    expect((await stranger.get(PATH)).status).toBe(404);
    expect((await (await world.member()).get(PATH)).headers.get("location")).toContain("/sign-in");
  });
});

describe("the preview", () => {
  const preview = async (fields: object, files: Record<string, Uint8Array> = {}) => {
    const response = await owner.postFiles(PREVIEW, { ...typed, ...fields }, files, { htmx: "branding-preview" });
    expect(response.status).toBe(200);
    return response.text();
  };

  it("shows what is typed, saves nothing, and says so", async () => {
    const html = await preview({});
    for (const words of [
      'id="branding-preview"',
      "Your books, in plain view.",
      'data-scheme="dark"',
      "Unsaved changes",
    ])
      expect(html).toContain(words);
    expect(html).toContain("preview.css?color=%231f4fcc");
    expect(html).not.toMatch(/\sstyle=|<style|type="password"/);
    expect(await events()).toEqual([]);
    expect(await signInPage()).not.toContain("Your books");
  });

  it("measures the colour, and shows the saved one while what is typed is none", async () => {
    expect(await preview({ color: "#f3c530" })).toContain("Black text on this colour: 12.8 to 1.");
    expect(await preview({ color: "#f3c530" })).toContain("links use a darker shade");
    const html = await preview({ color: "#f3c5" });
    expect(html).toContain("Not a colour");
    expect(html).toContain("preview.css?color=%232f5bd7");
  });

  it("has its colour from a style sheet that reaches the preview alone", async () => {
    const response = await owner.get(app.brandingPreviewTheme("northwind", "#f3c530"));
    expect(response.headers.get("content-type")).toContain("text/css");
    expect(await response.text()).toBe(
      "[data-previewed]{--brand:#f3c530}\n[data-previewed][data-brand],[data-previewed] [data-brand]{--on-brand:#000000}\n",
    );
    for (const color of ["red", "#f00}body{x:y", ""])
      expect((await owner.get(app.brandingPreviewTheme("northwind", color))).status).toBe(404);
  });

  it("keeps a file that was chosen, for this agency's staff alone, until it is saved", async () => {
    const html = await preview({}, { logo: await logo() });
    const hash = keptIn(html);
    expect(html).toContain('hx-target="#logo-field"');
    const path = app.brandImage("northwind", hash);
    expect((await owner.get(path)).headers.get("content-type")).toBe("image/png");
    const stranger = await world.member(world.rivermark.members.owner);
    expect((await stranger.get(path)).status).toBe(404);
    expect((await stranger.get(app.brandImage("rivermark", hash))).status).toBe(404);
    expect((await world.client(world.northwind).get(portal.brandImage(hash))).status).toBe(404);
    await owner.post(PATH, { ...typed, logo_hash: hash });
    expect((await world.client(world.northwind).get(portal.brandImage(hash))).status).toBe(200);
  });

  it("says at the field why a file is refused, and keeps the one before", async () => {
    const hash = keptIn(await preview({}, { logo: await logo() }));
    const html = await preview({ logo_hash: hash }, { logo: Buffer.from("<svg onload=alert(1)>") });
    expect(html).toContain("SVG can hold more than a picture.");
    expect(keptIn(html)).toBe(hash);
  });
});

describe("a logo", () => {
  const saveLogo = async (file: Uint8Array) => {
    await owner.postFiles(PATH, typed, { logo: file });
    return logoIn(await signInPage());
  };

  it("is served on the portal by its hash for ever, to anyone, and as a picture only", async () => {
    const path = await saveLogo(await logo());
    const response = await world.client(world.northwind).get(path);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("image/png");
    expect(response.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(response.headers.get("cross-origin-resource-policy")).toBe("cross-origin");
    expect(response.headers.get("content-security-policy")).toContain("sandbox");
    expect((await world.client(world.rivermark).get(path)).status).toBe(404);
    for (const bad of ["/brand/x.png", "/brand/..%2f..%2fetc%2fpasswd", `${path}.svg`])
      expect((await world.client(world.northwind).get(bad)).status).toBe(404);
  });

  it("that was replaced or removed goes on being served, because e-mails show it", async () => {
    const path = await saveLogo(await logo());
    const hash = path.slice(7, -4);
    await owner.post(PATH, { ...typed, logo_hash: hash, logo_removed: "1" });
    expect(logoIn(await signInPage())).toBe("");
    expect((await world.client(world.northwind).get(path)).status).toBe(200);
  });

  it("stays when the form is saved without a new file, and is the tab's icon when it is square", async () => {
    const path = await saveLogo(await plain("webp"));
    await owner.post(PATH, { ...typed, headline: "New words", logo_hash: path.slice(7, -4) });
    const html = await signInPage();
    expect(html).toContain(`<link rel="icon" href="${path}"/>`);
    expect(html).toContain("New words");
  });

  it("comes with an icon of its own in one plain form", async () => {
    await owner.postFiles(PATH, typed, { logo: await logo(), favicon: disc(30) });
    const html = await signInPage();
    const icon = /<link rel="icon" href="([^"]+)"/.exec(html)?.[1] ?? "";
    expect(icon).toMatch(/^\/brand\//);
    expect(icon).not.toBe(logoIn(html.slice(html.indexOf("plogo"))));
  });

  it("that is no picture is refused at its field, with the rest of what was typed", async () => {
    const response = await owner.postFiles(PATH, typed, { logo: handmadePng(9000, 9000, Buffer.alloc(10)) });
    expect(response.status).toBe(422);
    const html = await response.text();
    expect(html).toContain("this one is 9000 by 9000");
    expect(html).toContain("Your books, in plain view.");
    expect(await countRows(world, "brand_images", world.northwind.id)).toBe(0);
  });

  it.each([
    ["that another agency holds", () => rivermarkLogo()],
    ["that nobody holds", () => Promise.resolve("x".repeat(43))],
  ])("%s cannot be named", async (_who, hash) => {
    const named = await hash();
    await owner.page(PATH);
    const response = await owner.post(PATH, { ...typed, logo_hash: named });
    expect(response.status).toBe(422);
    expect(await response.text()).toContain("Choose it again.");
    expect(await events()).toEqual([]);
  });

  async function rivermarkLogo(): Promise<string> {
    const theirs = await world.member(world.rivermark.members.owner);
    await theirs.page(app.branding("rivermark"));
    const response = await theirs.postFiles(
      app.brandingPreview("rivermark"),
      typed,
      { logo: disc(200) },
      { htmx: true },
    );
    return keptIn(await response.text());
  }
});

describe("a hostile body", () => {
  it("is refused when it is too large, before it is read", async () => {
    const response = await owner.postFiles(PATH, typed, { logo: Buffer.alloc(3 * 1024 * 1024) });
    expect(response.status).toBe(413);
  });

  it.each([
    ["no boundary", "multipart/form-data", "x"],
    ["a boundary that never comes", "multipart/form-data; boundary=abc", "--nothing\r\n"],
    ["another kind", "application/json", "{}"],
  ])("is refused when it has %s", async (_what, type, body) => {
    const response = await owner.request("POST", PATH, body, {
      headers: { "sec-fetch-site": "same-origin", "content-type": type },
    });
    expect(response.status).toBe(422);
    expect(await events()).toEqual([]);
  });

  it("with files is refused by a route that takes none", async () => {
    const fields = { emails: "a@b.example" };
    const response = await owner.postFiles(app.invitations("northwind"), fields, { logo: disc(1) });
    expect(response.status).toBe(422);
  });

  it("from another site is refused, whatever its shape", async () => {
    const response = await owner.postFiles(PATH, typed, {}, { headers: { "sec-fetch-site": "cross-site" } });
    expect(response.status).toBe(403);
    expect(await events()).toEqual([]);
  });

  it("that comes again and again is told to wait", async () => {
    await world.database.owner.query(
      "insert into limits (key, hits, window_ends_at) values ($1, 120, now() + interval '1 hour')",
      [`brand-image:${world.northwind.id}`],
    );
    const response = await owner.postFiles(PATH, typed, { logo: disc(1) });
    expect(response.status).toBe(429);
    expect(response.headers.get("retry-after")).toMatch(/^\d+$/);
  });
});

describe("the theme", () => {
  it("is kept for ever under the brand's version, and only there", async () => {
    await owner.post(PATH, typed);
    const get = (version?: number) => world.client(world.northwind).get(portal.theme(version));
    expect((await get(2)).headers.get("cache-control")).toContain("immutable");
    for (const version of [undefined, 1, 3])
      expect((await get(version)).headers.get("cache-control")).toBe("private, max-age=60");
    expect(await (await get(2)).text()).toContain("--brand:#1f4fcc");
  });
});
