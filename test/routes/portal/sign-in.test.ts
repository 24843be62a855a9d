// Signing in to a portal: password, e-mailed link, six-digit code; the same answer for addresses that are known and unknown.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { queueEmail } from "../../../src/models/emails.ts";
import { hashPassword } from "../../../src/models/passwords.ts";
import { createSignInCode } from "../../../src/models/sign-in-codes.ts";
import { portal } from "../../../src/paths.ts";
import type { Visitor } from "../../support/visitor.ts";
import { createWorld, PASSWORD, type World } from "../../support/world.ts";
import { contactRow, countSessions, enter, restore, storeOf } from "./portal-world.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
beforeEach(() => restore(world));
afterAll(() => world.close());

const change = (text: string, ...values: unknown[]) => world.database.owner.query(text, values);

async function givePassword(contactId: string): Promise<void> {
  await change(
    "update contacts set password_hash = $2, password_set_at = now() where id = $1",
    contactId,
    await hashPassword(PASSWORD),
  );
}

async function open(path = portal.signIn(), agency = world.northwind): Promise<Visitor> {
  const visitor = world.client(agency);
  await visitor.get(path);
  return visitor;
}

/** Everything of an answer that could tell two addresses apart. */
async function told(response: Response, ...hide: string[]) {
  let text = await response.text();
  for (const word of hide) text = text.replaceAll(word, "(typed)");
  text = text.replace(/name="form_token" value="[^"]+"/g, "").replace(/value="[^"]*" name="form_token"/g, "");
  const headers = [...response.headers].filter(([name]) => !["x-request-id", "set-cookie"].includes(name));
  return { status: response.status, headers, text };
}

describe("a password", () => {
  it("signs in, at this agency alone", async () => {
    const { joined } = world.northwind.contacts;
    await givePassword(joined.id);
    const person = await open();
    const response = await person.post(portal.signIn(), {
      email: ` ${joined.email.toUpperCase()} `,
      password: PASSWORD,
      next: "/profile",
    });
    expect(response.status).toBe(303);
    expect(response.headers.get("location")).toBe("/profile");
    expect(await person.page(portal.home())).toContain(joined.email);
    const rival = await open(portal.signIn(), world.rivermark);
    expect((await rival.post(portal.signIn(), { email: joined.email, password: PASSWORD })).status).toBe(422);
    expect(rival.cookies.has("contact")).toBe(false);
  });

  it("gives the same answer for a wrong one, an unknown address, a contact without one and a revoked one", async () => {
    const { joined, invited, revoked } = world.northwind.contacts;
    await givePassword(joined.id);
    await givePassword(revoked.id);
    const answers = [];
    for (const [email, password] of [
      [joined.email, "not this one"],
      ["nobody@nowhere.example", PASSWORD],
      [invited.email, PASSWORD],
      [revoked.email, PASSWORD],
    ] as const) {
      const person = await open();
      answers.push(await told(await person.post(portal.signIn(), { email, password }), email));
      expect(person.cookies.has("contact")).toBe(false);
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]?.status).toBe(422);
    expect(answers[0]?.text).toContain("do not match");
    expect(answers[0]?.text).toContain("(typed)");
  });

  it("leads nowhere outside the portal", async () => {
    const { joined } = world.northwind.contacts;
    await givePassword(joined.id);
    for (const next of [
      "https://evil.example",
      "//evil.example",
      "/\\evil.example",
      "/sign-out",
      "/l/x",
      "javascript:alert(1)",
    ]) {
      const person = await open(`${portal.signIn()}?next=${encodeURIComponent(next)}`);
      const response = await person.post(portal.signIn(), { email: joined.email, password: PASSWORD, next });
      expect(response.headers.get("location")).toBe("/");
    }
  });

  it("is refused after five failures of an account, whoever then types it, and counts parallel guesses", async () => {
    const { joined } = world.northwind.contacts;
    await givePassword(joined.id);
    const person = await open();
    const guesses = await Promise.all(
      Array.from({ length: 8 }, () => person.post(portal.signIn(), { email: joined.email, password: "wrong-guess" })),
    );
    expect(guesses.filter(({ status }) => status === 422)).toHaveLength(5);
    const right = await person.post(portal.signIn(), { email: joined.email, password: PASSWORD });
    expect(right.status).toBe(429);
    expect(Number(right.headers.get("retry-after"))).toBeGreaterThan(200);
    expect(await right.text()).toContain("Too many tries");
  });

  it("does not count what was right", async () => {
    const { joined } = world.northwind.contacts;
    await givePassword(joined.id);
    for (let i = 0; i < 12; i++) {
      const person = await open();
      expect((await person.post(portal.signIn(), { email: joined.email, password: PASSWORD })).status).toBe(303);
    }
  });

  it("keeps the address that was typed and says what to do", async () => {
    const person = await open();
    const response = await person.post(portal.signIn(), { email: "jane@", password: "x" });
    expect(response.status).toBe(422);
    const html = await response.text();
    expect(html).toContain('value="jane@"');
    expect(html).toContain("Enter an email address such as name@company.com.");
  });
});

describe("a link by e-mail", () => {
  it("is answered in the same words, status and headers for every address", async () => {
    const { joined, revoked } = world.northwind.contacts;
    const stranger = "nobody@nowhere.example";
    for (const path of [portal.signInLink(), portal.forgotPassword()]) {
      const answers = [];
      for (const email of [joined.email, revoked.email, stranger]) {
        const person = await open();
        const asked = await told(await person.post(path, { email, next: "/" }), email);
        const page = await told(await person.get(portal.signInCode()), email);
        answers.push(JSON.stringify({ asked, page }));
      }
      expect(new Set(answers).size).toBe(1);
      expect(answers[0]).toContain("Check your email");
    }
    const { rows } = await change("select email, kind from mail_requests order by created_at");
    expect(rows).toHaveLength(6);
    const jobs = await change("select kind, payload::text from jobs");
    expect(jobs.rows).toHaveLength(6);
    expect(JSON.stringify(jobs.rows)).not.toContain("@");
  });

  it("is limited for one address, and then says so for everybody", async () => {
    const person = await open();
    const statuses: number[] = [];
    for (let i = 0; i < 21; i++)
      statuses.push(
        (await person.post(portal.signInLink(), { email: `person${i}@nowhere.example`, next: "/" })).status,
      );
    expect(statuses.slice(0, 20).every((status) => status === 303)).toBe(true);
    expect(statuses.at(-1)).toBe(429);
  });

  it("takes nothing from the agency's share once its sender's address had all of its own", async () => {
    const person = await open();
    for (let i = 0; i < 25; i++)
      await person.post(portal.signInLink(), { email: `person${i}@nowhere.example`, next: "/" });
    const { rows } = await change("select hits from limits where key = $1", `mail-agency:${world.northwind.id}`);
    expect(rows).toEqual([{ hits: 20 }]);
  });

  it("needs a valid address, and keeps what was typed", async () => {
    const person = await open();
    for (const path of [portal.signInLink(), portal.forgotPassword()]) {
      const response = await person.post(path, { email: "not an address" });
      expect(response.status).toBe(422);
      expect(await response.text()).toContain('value="not an address"');
    }
  });
});

describe("a code", () => {
  async function askForCode(person: Visitor, contactId: string): Promise<string> {
    const { email } = await contactRow(world, contactId);
    await person.post(portal.signInLink(), { email: String(email), next: "/profile" });
    const { rows } = await change("select browser_hash from mail_requests order by created_at desc limit 1");
    const browserHash = rows[0].browser_hash as Buffer;
    return storeOf(world, world.northwind).write(async (db) => {
      const emailId = await queueEmail(db, {
        kind: "sign-in-link",
        contactId,
        lifetimeSeconds: 1800,
        browserHash,
        lane: "interactive",
      });
      return createSignInCode(db, { emailId, contactId, browserHash }, world.deps.keys.newest("code"));
    });
  }

  it("signs in the browser that asked, joins the contact and offers a password", async () => {
    const { invited } = world.northwind.contacts;
    const person = await open();
    const code = await askForCode(person, invited.id);
    await person.get(portal.signInCode());
    const response = await person.post(portal.signInCode(), {
      code: `${code.slice(0, 3)} ${code.slice(3)}`,
      next: "/profile",
    });
    expect(response.headers.get("location")).toBe("/welcome?next=%2Fprofile");
    expect(await person.page(portal.home())).toContain(invited.email);
    expect((await contactRow(world, invited.id))["joined_at"]).toBeInstanceOf(Date);
  });

  it("does not work in another browser or after five wrong ones", async () => {
    const { joined } = world.northwind.contacts;
    const person = await open();
    const code = await askForCode(person, joined.id);
    const thief = await open(portal.signInCode());
    expect((await thief.post(portal.signInCode(), { code, next: "/" })).status).toBe(422);
    const wrong = code === "000000" ? "000001" : "000000";
    for (let i = 0; i < 5; i++)
      expect((await person.post(portal.signInCode(), { code: wrong, next: "/" })).status).toBe(422);
    expect((await person.post(portal.signInCode(), { code, next: "/" })).status).toBe(422);
    expect(await countSessions(world, joined.id)).toBe(0);
  });

  it("asks for six digits when something else was typed", async () => {
    const person = await open(portal.signInCode());
    const response = await person.post(portal.signInCode(), { code: "12", next: "/" });
    expect(response.status).toBe(422);
    expect(await response.text()).toContain("Enter the six digits from the email.");
  });
});

describe("being signed in", () => {
  it("is needed for every page of the contact, and the way back is kept", async () => {
    const person = world.client(world.northwind);
    for (const [path, to] of [
      ["/", "/sign-in"],
      ["/profile", "/sign-in?next=%2Fprofile"],
    ] as const) {
      const response = await person.get(path);
      expect(response.status).toBe(303);
      expect(response.headers.get("location")).toBe(to);
    }
    expect(await person.page("/sign-in?next=%2Fprofile")).toContain('value="/profile"');
  });

  it("ends with signing out, for the row and the cookie", async () => {
    const { joined } = world.northwind.contacts;
    const person = await enter(world, world.northwind, joined.id, world.client(world.northwind));
    const stolen = world.client(world.northwind);
    for (const [name, value] of person.cookies) stolen.cookies.set(name, value);
    await person.get(portal.home());
    expect((await person.post(portal.signOut())).headers.get("location")).toBe("/sign-in");
    expect(person.cookies.has("contact")).toBe(false);
    expect((await stolen.get(portal.home())).status).toBe(303);
    expect(await countSessions(world, joined.id)).toBe(0);
  });

  it("ends on the next request when access is revoked, and counts for nothing at another agency", async () => {
    const { joined } = world.northwind.contacts;
    const person = await enter(world, world.northwind, joined.id, world.client(world.northwind));
    const rival = world.client(world.rivermark);
    for (const [name, value] of person.cookies) rival.cookies.set(name, value);
    expect((await rival.get(portal.home())).status).toBe(303);
    expect((await person.get(portal.home())).status).toBe(200);
    await change("update contacts set revoked_at = now() where id = $1", joined.id);
    expect((await person.get(portal.home())).status).toBe(303);
  });
});
