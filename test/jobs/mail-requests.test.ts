// What somebody asks for on a sign-in page: answered by a job, silently limited, and the same for addresses that nobody has.
import { describe, expect, test } from "vitest";
import { createAccessLink } from "../../src/models/access-links.ts";
import { requestMail } from "../../src/models/mail-requests.ts";
import { requestMemberReset } from "../../src/models/members.ts";
import { addTeammate, removeTeammate } from "../../src/models/team.ts";
import { insertAgency, insertContact } from "../support/database.ts";
import { codeIn, linksIn } from "../support/smtp.ts";
import { startMailing } from "./mailing.ts";

const ASKED = {
  kind: "sign-in-link",
  destination: "/",
  browserHash: Buffer.alloc(32, 1),
  askedFrom: "Firefox on Linux",
} as const;

async function idle(mailing: Awaited<ReturnType<typeof startMailing>>): Promise<void> {
  await expect.poll(() => mailing.jobs()).toEqual([]);
}

describe("a sign-in link", () => {
  test("comes with a code for the browser that asked and ends in the agency's own time", async () => {
    const mailing = await startMailing();
    await mailing.invited("jane@acme.example");
    await mailing.store.write((db) => requestMail(db, { ...ASKED, email: "jane@acme.example" }));
    mailing.work();
    const [mail] = await mailing.sink.received(1);
    expect(mail?.text).toContain("30 minutes");
    expect(codeIn(mail ?? {})).toBeDefined();
    await idle(mailing);
    expect(await mailing.store.read((db) => db.selectFrom("mail_requests").selectAll().execute())).toEqual([]);
  });

  test("is asked for by unknown, revoked and never invited addresses with the same rows, and comes to none of them", async () => {
    const mailing = await startMailing();
    await mailing.invited("revoked@acme.example", { revoked_at: new Date() });
    await mailing.invited("never@acme.example", { invited_at: null });
    for (const email of ["unknown@acme.example", "revoked@acme.example", "never@acme.example"])
      await mailing.store.write((db) => requestMail(db, { ...ASKED, email }));
    expect(await mailing.jobs()).toHaveLength(3);
    mailing.work();
    await idle(mailing);
    expect(mailing.sink.messages).toEqual([]);
    expect(await mailing.store.read((db) => db.selectFrom("mail_requests").selectAll().execute())).toEqual([]);
  });

  test("comes to a contact who was never invited once a member has made him a link, dead or alive", async () => {
    const mailing = await startMailing();
    const id = await mailing.invited("chat@acme.example", { invited_at: null });
    const link = {
      contactId: id,
      kind: "magic",
      destination: "/",
      lifetimeSeconds: 3600,
      uses: "once",
    } as const;
    const { linkId } = await mailing.store.write((db) => createAccessLink(db, link));
    await mailing.database.owner.query("update access_links set expires_at = now() - interval '1 hour' where id = $1", [
      linkId,
    ]);
    await mailing.store.write((db) => requestMail(db, { ...ASKED, email: "chat@acme.example" }));
    mailing.work();
    expect(await mailing.sink.received(1, "chat@acme.example")).toHaveLength(1);
    await idle(mailing);
  });

  test("comes three times in a quarter of an hour and no more, however many ask at once", async () => {
    const mailing = await startMailing();
    await mailing.invited("jane@acme.example");
    await Promise.all(
      Array.from({ length: 6 }, (_, n) =>
        mailing.store.write((db) =>
          requestMail(db, { ...ASKED, kind: n % 2 ? "reset-password" : "sign-in-link", email: "jane@acme.example" }),
        ),
      ),
    );
    mailing.work();
    await idle(mailing);
    expect(mailing.sink.messages).toHaveLength(3);
  });
});

describe("a member's forgotten password", () => {
  test("gets a link on the dashboard's own origin, from the platform", async () => {
    const mailing = await startMailing();
    await mailing.database.owner.query(
      "insert into members (email, name, password_hash) values ('nora@northwind.example', 'Nora Wind', 'x')",
    );
    await mailing.database.globals.write((db) => requestMemberReset(db, "nora@northwind.example"));
    await mailing.database.globals.write((db) => requestMemberReset(db, "nobody@northwind.example"));
    mailing.work();
    const [mail] = await mailing.sink.received(1, "nora@northwind.example");
    expect(mail?.from?.value[0]).toEqual({ name: "Portico", address: "no-reply@portico.example" });
    expect(linksIn(mail ?? {})[0]).toMatch(/^http:\/\/localhost:3000\/reset-password\/[\w-]{43}$/);
    const open = () =>
      mailing.database.globals.run((db) => db.selectFrom("member_mail_requests").selectAll().execute());
    await expect.poll(open).toEqual([]);
    expect(mailing.sink.messages).toHaveLength(1);
  });

  test("is tried again while the relay does not take it, and leaves no dead link behind", async () => {
    let busy = true;
    const mailing = await startMailing({ onRcpt: () => (busy ? "450 4.2.1 Try again" : undefined) });
    await mailing.database.owner.query(
      "insert into members (email, name, password_hash) values ('nora@northwind.example', 'Nora Wind', 'x')",
    );
    await mailing.database.globals.write((db) => requestMemberReset(db, "nora@northwind.example"));
    mailing.work();
    const attempts = async () => {
      const { rows } = await mailing.database.owner.query("select attempts from jobs where kind = 'send-member-reset'");
      return (rows[0] as { attempts: number } | undefined)?.attempts;
    };
    await expect.poll(attempts).toBe(1);
    busy = false;
    await mailing.timePasses();
    await mailing.sink.received(1);
    const links = () =>
      mailing.database.globals.run((db) => db.selectFrom("member_links").select("expires_at").execute());
    expect(await links()).toHaveLength(1);
  });
});

async function answered({ database }: Awaited<ReturnType<typeof startMailing>>): Promise<void> {
  const open = async () => (await database.owner.query("select from member_mail_requests")).rows;
  await expect.poll(open).toEqual([]);
}

describe("a place on a team", () => {
  async function team() {
    const mailing = await startMailing();
    const [owner] = (
      await mailing.database.owner.query(
        "insert into members (email, name, password_hash) values ('nora@northwind.example', 'Nora Wind', 'x') returning id",
      )
    ).rows as [{ id: string }];
    const agencyId = mailing.agencyId;
    await mailing.database.owner.query(
      "insert into memberships (agency_id, member_id, role) values ($1, $2, 'owner')",
      [agencyId, owner.id],
    );
    const by = { id: owner.id, role: "owner" } as const;
    const add = (email: string) =>
      mailing.database.globals.write((db) =>
        addTeammate(db, { agencyId, email, name: "Tuva Berg", role: "member", passwordHash: "nobody's", by }),
      );
    return { ...mailing, add, by };
  }

  test("is told to a new person with a link to a first password, for a week", async () => {
    const mailing = await team();
    await mailing.add("tuva@northwind.example");
    mailing.work();
    const [mail] = await mailing.sink.received(1, "tuva@northwind.example");
    expect(mail?.from?.value[0]).toEqual({ name: "Portico", address: "no-reply@portico.example" });
    expect(mail?.text).toContain("added by Nora Wind");
    expect(mail?.text).toContain("7 days");
    expect(linksIn(mail ?? {})[0]).toMatch(/^http:\/\/localhost:3000\/reset-password\/[\w-]{43}$/);
    await answered(mailing);
    const links = await mailing.database.owner.query(
      "select expires_at > now() + interval '6 days 23 hours' as week, used_at from member_links",
    );
    expect(links.rows).toEqual([{ week: true, used_at: null }]);
  });

  test("is told to somebody who has a password with the way to the dashboard, and no link that changes it", async () => {
    const mailing = await team();
    await mailing.database.owner.query(
      `insert into members (email, name, password_hash, password_changed_at)
       values ('tuva@northwind.example', 'Tuva Berg', 'x', now() + interval '1 minute')`,
    );
    await mailing.add("tuva@northwind.example");
    mailing.work();
    const [mail] = await mailing.sink.received(1, "tuva@northwind.example");
    expect(new URL(linksIn(mail ?? {})[0] ?? "").pathname).toBe("/northwind");
    expect(mail?.text).not.toContain("password first");
    await answered(mailing);
    expect((await mailing.database.owner.query("select from member_links")).rows).toEqual([]);
  });

  test("is not told any more to whoever was taken off the team before", async () => {
    const mailing = await team();
    const id = await mailing.add("tuva@northwind.example");
    await mailing.store.write((db) => removeTeammate(db, id, mailing.by));
    mailing.work();
    await answered(mailing);
    expect(mailing.sink.messages).toEqual([]);
  });
});

test("the sweep deletes what is over, keeps what lives, and comes back in an hour", async () => {
  const mailing = await startMailing();
  const { owner } = mailing.database;
  const contactId = await mailing.invited("jane@acme.example");
  await owner.query(
    "insert into limits (key, hits, window_ends_at) values ('old', 1, now() - interval '1 minute'), ('new', 1, now() + interval '1 minute')",
  );
  await owner.query(
    `insert into contact_sessions (agency_id, id_hash, contact_id, host, method, access_version, ends_at)
     select $1, sha256(days::text::bytea), $2, 'h', 'link', 1, now() + make_interval(days => days) from (values (-8), (1)) ends (days)`,
    [mailing.agencyId, contactId],
  );
  await owner.query(
    `insert into member_mail_requests (kind, email, agency_id, created_at)
     select kind, kind || days || '@x.example', case kind when 'invite' then $1::uuid end, now() - make_interval(days => days)
     from (values ('reset'), ('invite')) kinds (kind), (values (0), (2), (8)) ages (days)`,
    [mailing.agencyId],
  );
  mailing.work();
  const keys = async () => (await owner.query("select key from limits")).rows;
  await expect.poll(keys).toEqual([{ key: "new" }]);
  await expect.poll(async () => (await owner.query("select 1 from contact_sessions")).rowCount).toBe(1);
  expect((await owner.query("select email from member_mail_requests order by email")).rows).toEqual(
    ["invite0", "invite2", "reset0"].map((name) => ({ email: `${name}@x.example` })),
  );
  const again =
    "select run_at > now() + interval '50 minutes' as later from jobs where kind = 'sweep' and lease_id is null";
  await expect.poll(async () => (await owner.query(again)).rows).toEqual([{ later: true }]);
});

test("what is wrong with one agency's rows keeps the sweep from no other agency, and is told in the log", async () => {
  const mailing = await startMailing();
  const { owner } = mailing.database;
  const others = await Promise.all(["rivermark", "elmwood"].map((slug) => insertAgency(mailing.database, slug, slug)));
  for (const agencyId of [mailing.agencyId, ...others]) {
    const contactId = await insertContact(mailing.database, agencyId, { email: "jane@acme.example" });
    await owner.query(
      `insert into contact_sessions (agency_id, id_hash, contact_id, host, method, access_version, ends_at)
       values ($1::uuid, sha256($1::uuid::text::bytea), $2, 'h', 'link', 1, now() - interval '8 days')`,
      [agencyId, contactId],
    );
  }
  const [first] = [mailing.agencyId, ...others].sort();
  await owner.query(
    `create function refuse() returns trigger language plpgsql as $$
     begin
       if old.agency_id = '${first}' then raise 'This row is held.'; end if;
       return old;
     end $$`,
  );
  await owner.query("create trigger refusing before delete on contact_sessions for each row execute function refuse()");

  mailing.work();
  const left = async () => (await owner.query("select agency_id from contact_sessions")).rows;
  await expect.poll(left).toEqual([{ agency_id: first }]);
  const again =
    "select attempts from jobs where kind = 'sweep' and lease_id is null and run_at > now() + interval '50 minutes'";
  await expect.poll(async () => (await owner.query(again)).rowCount).toBe(1);
  const told = mailing.logged.filter((line) => line.includes("agency not swept"));
  expect(told).toHaveLength(1);
  expect(told[0]).toContain("This row is held.");
});
