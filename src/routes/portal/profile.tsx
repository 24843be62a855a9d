// A contact's home, profile and devices.
import { Devices } from "../../../views/portal/devices.part.tsx";
import { HomePage } from "../../../views/portal/home.page.tsx";
import { ProfilePage } from "../../../views/portal/profile.page.tsx";
import { parseName } from "../../models/addresses.ts";
import { renameSelf } from "../../models/contact-profiles.ts";
import { endOtherSessions, endSession, listDevices } from "../../models/contact-sessions.ts";
import { NotFound } from "../../models/errors.ts";
import { getWorkflowMail } from "../../models/workflow-mail.ts";
import { portal } from "../../paths.ts";
import { readForm } from "../../web/forms.ts";
import { isHtmx, page, part, seeOther, takeFlash, toast } from "../../web/html.tsx";
import type { PortalContext, PortalRoute } from "../../web/route.ts";
import { signedIn, siteOf } from "./request.ts";

const zoneOf = (c: PortalContext) => c.get("portal").timeZone;

const home = (c: PortalContext) =>
  page(c, <HomePage site={siteOf(c)} contact={signedIn(c)} zone={zoneOf(c)} flash={takeFlash(c)} />);

function devicesOf(c: PortalContext) {
  const contact = signedIn(c);
  return c.get("store").readOne((db) => listDevices(db, contact.id, contact.session.id));
}

async function show(c: PortalContext, name?: { typed: string; error: string }) {
  const contact = signedIn(c);
  const [devices, { stoppedAt }] = await c
    .get("store")
    .read((db) => Promise.all([listDevices(db, contact.id, contact.session.id), getWorkflowMail(db, contact.id)]));
  const props = { site: siteOf(c), contact, devices, mailStoppedAt: stoppedAt, zone: zoneOf(c) };
  return page(c, <ProfilePage {...props} name={name} flash={takeFlash(c)} />, name ? 422 : 200);
}

async function save(c: PortalContext) {
  const typed = (await readForm(c)).text("name");
  const name = parseName(typed);
  if (!name) return show(c, { typed, error: "Enter your name." });
  await c.get("store").write((db) => renameSelf(db, signedIn(c).id, name));
  return seeOther(c, portal.profile(), { kind: "good", text: "Profile saved" });
}

async function signedOut(c: PortalContext, text: string) {
  if (!isHtmx(c)) return seeOther(c, portal.profile(), { kind: "good", text });
  const devices = await devicesOf(c);
  return part(
    c,
    <>
      <Devices devices={devices} zone={zoneOf(c)} />
      {toast("good", text)}
    </>,
  );
}

async function signOutOne(c: PortalContext) {
  const id = c.req.param("id") ?? "";
  if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) throw new NotFound("No such device.");
  await c.get("store").writeOne((db) => endSession(db, signedIn(c).id, id));
  return signedOut(c, "Device signed out");
}

async function signOutOthers(c: PortalContext) {
  const { id, session } = signedIn(c);
  const count = await c.get("store").writeOne((db) => endOtherSessions(db, id, session.id));
  return signedOut(c, count === 1 ? "1 device signed out" : `${count} devices signed out`);
}

export const profileRoutes: readonly PortalRoute[] = [
  { method: "get", path: portal.home(), needs: "contact", handler: home },
  { method: "get", path: portal.profile(), needs: "contact", handler: (c) => show(c) },
  { method: "post", path: portal.profile(), needs: "contact", handler: save },
  { method: "post", path: portal.profileDevices(), needs: "contact", handler: signOutOthers },
  { method: "post", path: portal.profileDevice(":id"), needs: "contact", handler: signOutOne },
];
