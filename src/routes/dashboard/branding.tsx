// An agency's brand: the form, its preview per keystroke, saving it, and the images in it.
import { BrandingPage } from "../../../views/dashboard/branding.page.tsx";
import { BrandingPreviewReply } from "../../../views/dashboard/branding-preview.reply.tsx";
import type { BrandingView, ChosenImage, TypedBranding } from "../../../views/dashboard/branding-view.ts";
import type { AgencyReader } from "../../db/schema.ts";
import { brandRules, parseColor, readColor } from "../../models/brand-colors.ts";
import { findBrandImage, findLogo, IMAGE_BYTES, type ImageUse } from "../../models/brand-images.ts";
import { type Branding, changeBranding, getBranding } from "../../models/branding.ts";
import { Invalid, NotFound } from "../../models/errors.ts";
import { hasRole } from "../../models/people.ts";
import { portalUrl } from "../../models/portal-url.ts";
import { app } from "../../paths.ts";
import { type Form, readForm } from "../../web/forms.ts";
import { isHtmx, page, part, seeOther, shellOf } from "../../web/html.tsx";
import { FORM_BODY, type MemberContext, type MemberRoute } from "../../web/route.ts";
import { chosenImages, hashIn, readValues, type Sent, savedFields, takeImages, typedFields } from "./branding-form.ts";

// A form without scripts brings the logo and the icon at once.
const BODY = 2 * IMAGE_BYTES + FORM_BODY;

const branding = "/:agency/settings/branding";

export const brandingRoutes: MemberRoute[] = [
  { method: "get", path: branding, role: "viewer", handler: show },
  { method: "post", path: branding, role: "admin", bodyLimit: BODY, files: true, handler: save },
  { method: "post", path: `${branding}/preview`, role: "admin", bodyLimit: BODY, files: true, handler: preview },
  { method: "get", path: `${branding}/preview.css`, role: "viewer", handler: previewTheme },
  { method: "get", path: `${branding}/images/:file`, role: "viewer", handler: image },
];

type Shown = {
  saved: Branding;
  host: string;
  typed: TypedBranding;
  images: BrandingView["images"];
  errors?: Record<string, string>;
};

function viewOf(c: MemberContext, { saved, host, typed, images, errors = {} }: Shown): BrandingView {
  const color = parseColor(typed.color);
  return {
    slug: c.get("agency").slug,
    agencyName: saved.agencyName,
    typed,
    images,
    errors,
    reading: color ? readColor(color) : undefined,
    shownColor: color ?? saved.color,
    unsaved: differs(saved, typed, images),
    mayChange: hasRole(c.get("role"), "admin"),
    host,
  };
}

function differs(saved: Branding, typed: TypedBranding, { logo, favicon }: BrandingView["images"]): boolean {
  const before = savedFields(saved);
  const fields = Object.keys(before) as (keyof TypedBranding)[];
  const hash = ({ kept, removed }: ChosenImage) => (removed || !kept ? null : kept.hash);
  return (
    fields.some((field) => typed[field] !== before[field]) ||
    hash(logo) !== saved.logoHash ||
    hash(favicon) !== saved.faviconHash
  );
}

async function hostOf(c: MemberContext, db: AgencyReader): Promise<string> {
  return new URL(await portalUrl(db, c.get("deps").config.portalOrigin)).host;
}

async function show(c: MemberContext): Promise<Response> {
  const shown = await c.get("store").read(async (db) => {
    const saved = await getBranding(db);
    const favicon = saved.faviconHash ? await findLogo(db, saved.faviconHash) : undefined;
    return { saved, host: await hostOf(c, db), favicon };
  });
  const images = {
    logo: { kept: shown.saved.logo ?? undefined, removed: false },
    favicon: { kept: shown.favicon, removed: false },
  };
  return page(
    c,
    <BrandingPage {...shellOf(c)} view={viewOf(c, { ...shown, typed: savedFields(shown.saved), images })} />,
  );
}

/** The form as it was typed, with the images in it. */
async function typedView(c: MemberContext, form: Form, sent: Sent, errors = sent.errors): Promise<BrandingView> {
  const shown = await c.get("store").read(async (db) => ({
    saved: await getBranding(db),
    host: await hostOf(c, db),
    images: await chosenImages(db, form, sent),
  }));
  return viewOf(c, { ...shown, typed: typedFields(form), errors });
}

async function preview(c: MemberContext): Promise<Response> {
  const form = await readForm(c);
  const sent = await takeImages(c, form);
  const view = await typedView(c, form, sent);
  if (!isHtmx(c)) return page(c, <BrandingPage {...shellOf(c)} view={view} />);
  return part(c, <BrandingPreviewReply view={view} sent={sent.sent} />);
}

async function save(c: MemberContext): Promise<Response> {
  const form = await readForm(c);
  const sent = await takeImages(c, form);
  try {
    const changed = await saveForm(c, form, sent);
    const text = changed ? "Branding saved" : "Nothing had changed";
    return seeOther(c, app.branding(c.get("agency").slug), { kind: "good", text });
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    const view = await typedView(c, form, sent, { ...error.fields });
    return page(c, <BrandingPage {...shellOf(c)} view={view} />, 422);
  }
}

async function saveForm(c: MemberContext, form: Form, sent: Sent): Promise<boolean> {
  const read = readValues(form, c.get("agency").name);
  const errors = { ...("errors" in read ? read.errors : {}), ...sent.errors };
  if ("errors" in read || Object.keys(errors).length > 0) throw new Invalid(errors);
  const hashOf = (use: ImageUse) =>
    form.has(`${use}_removed`) && !sent.sent.includes(use) ? null : (sent.hashes[use] ?? null);
  const values = { ...read.values, logoHash: hashOf("logo"), faviconHash: hashOf("favicon") };
  const changed = await c.get("store").write((db) => changeBranding(db, values, c.get("member").id));
  // The database tells every process; this one need not wait to hear of its own change.
  if (changed) c.get("deps").hosts.forget(c.get("agency").id);
  return changed;
}

function previewTheme(c: MemberContext): Response {
  const color = parseColor(c.req.query("color") ?? "");
  if (!color) throw new NotFound("This is no colour.");
  return c.body(brandRules(color, "[data-previewed]"), 200, {
    "content-type": "text/css; charset=utf-8",
    "cache-control": "private, max-age=31536000, immutable",
  });
}

async function image(c: MemberContext): Promise<Response> {
  const hash = hashIn(c.req.param("file")?.replace(/\.png$/, ""));
  const bytes = hash && (await c.get("store").read((db) => findBrandImage(db, hash, { saved: false })));
  if (!bytes) throw new NotFound("No image of this agency has this hash.");
  return c.body(new Uint8Array(bytes), 200, {
    "content-type": "image/png",
    "cache-control": "private, max-age=31536000, immutable",
    "content-security-policy": "default-src 'none'; sandbox",
  });
}
