// A member's agencies: choosing one, and adding another where the operator allows it.
import { z } from "zod";
import { AgenciesPage } from "../../../views/dashboard/agencies.page.tsx";
import { NewAgencyPage } from "../../../views/dashboard/new-agency.page.tsx";
import { SignUpClosedPage } from "../../../views/dashboard/sign-up-closed.page.tsx";
import { SlugField } from "../../../views/dashboard/slug-field.part.tsx";
import { chooseSlug, createAgency } from "../../models/agencies.ts";
import { Invalid } from "../../models/errors.ts";
import { limits, requireLimit } from "../../models/limits.ts";
import { app } from "../../paths.ts";
import { check, readForm } from "../../web/forms.ts";
import { page, part, seeOther, wantsPart } from "../../web/html.tsx";
import { type MemberContext, type MemberRoute, SIGN_IN_BODY } from "../../web/route.ts";
import { agencyFields, suggestedSlug } from "./agency-form.ts";

export const agencyRoutes: MemberRoute[] = [
  { method: "get", path: "/agencies", role: "signed-in", handler: chooseAgency },
  { method: "get", path: "/agencies/new", role: "signed-in", handler: showNewAgency },
  { method: "post", path: "/agencies/new", role: "signed-in", bodyLimit: SIGN_IN_BODY, handler: addAgency },
];

const schema = z.object(agencyFields);

const isClosed = (c: MemberContext) => c.get("deps").config.signups === "closed";

function chooseAgency(c: MemberContext) {
  return page(c, <AgenciesPage agencies={c.get("memberships")} email={c.get("member").email} open={!isClosed(c)} />);
}

type Props = Omit<Parameters<typeof NewAgencyPage>[0], "portalDomain">;

function showForm(c: MemberContext, props: Props, status?: number) {
  return page(c, <NewAgencyPage {...props} portalDomain={c.get("deps").config.portalOrigin.portalDomain} />, status);
}

async function showNewAgency(c: MemberContext): Promise<Response> {
  if (isClosed(c)) return page(c, <SignUpClosedPage signedIn />, 403);
  if (wantsPart(c, "slug-field"))
    return part(
      c,
      <SlugField {...(await suggestedSlug(c))} portalDomain={c.get("deps").config.portalOrigin.portalDomain} />,
    );
  return showForm(c, {});
}

async function addAgency(c: MemberContext): Promise<Response> {
  if (isClosed(c)) return page(c, <SignUpClosedPage signedIn />, 403);
  const form = await readForm(c);
  const typed = { agency: form.text("agency"), slug: form.text("slug") };
  const { values, errors } = check(form, schema);
  if (!values) return showForm(c, { typed, errors }, 422);
  const ownerId = c.get("member").id;
  try {
    const slug = await c.get("deps").globals.write(async (db) => {
      await requireLimit(
        db,
        limits.signUpsByAddress,
        `member:${ownerId}`,
        "You created many agencies just now. Try again in an hour.",
      );
      const chosen = await chooseSlug(db, { name: values.agency, slug: values.slug });
      await createAgency(db, { slug: chosen, name: values.agency, ownerId, address: c.get("address") });
      return chosen;
    });
    return seeOther(c, app.portal(slug), { kind: "good", text: `${values.agency} is ready` });
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    return showForm(c, { typed, errors: { ...error.fields } }, 422);
  }
}
