// Signing up: an agency, its owner and a first session in one transaction, where the operator allows it.
import { z } from "zod";
import { SignUpPage } from "../../../views/dashboard/sign-up.page.tsx";
import { SignUpClosedPage } from "../../../views/dashboard/sign-up-closed.page.tsx";
import { SlugField } from "../../../views/dashboard/slug-field.part.tsx";
import { parseAddress, parseName } from "../../models/addresses.ts";
import { chooseSlug, createAgency } from "../../models/agencies.ts";
import { Invalid } from "../../models/errors.ts";
import { addressKey, limits, requireLimit } from "../../models/limits.ts";
import { createMember } from "../../models/members.ts";
import { hashPassword, MEMBER_PASSWORD_MIN, refusePassword } from "../../models/passwords.ts";
import { startMemberSession } from "../../models/people.ts";
import { app } from "../../paths.ts";
import { check, type Form, readForm } from "../../web/forms.ts";
import { page, part, seeOther, wantsPart } from "../../web/html.tsx";
import { type MemberContext, type MemberRoute, SIGN_IN_BODY } from "../../web/route.ts";
import { writeSessionId } from "../../web/sessions.ts";
import { agencyFields, suggestedSlug } from "./agency-form.ts";

export const signUpRoutes: MemberRoute[] = [
  { method: "get", path: "/sign-up", role: "anyone", handler: showSignUp },
  { method: "post", path: "/sign-up", role: "anyone", bodyLimit: SIGN_IN_BODY, handler: signUp },
];

const schema = z.object({
  ...agencyFields,
  name: z.string().default("").transform(parseName).pipe(z.string().min(1, "Enter your name.")),
  email: z
    .string()
    .default("")
    .transform((text, context) => {
      const address = parseAddress(text);
      if ("email" in address) return address.email;
      context.addIssue(address.error);
      return z.NEVER;
    }),
  password: z.string().default(""),
});

type Props = Omit<Parameters<typeof SignUpPage>[0], "portalDomain" | "passwordMin">;

function showForm(c: MemberContext, props: Props, status?: number) {
  const { portalDomain } = c.get("deps").config.portalOrigin;
  return page(c, <SignUpPage {...props} portalDomain={portalDomain} passwordMin={MEMBER_PASSWORD_MIN} />, status);
}

async function showSignUp(c: MemberContext): Promise<Response> {
  const { config } = c.get("deps");
  if (config.signups === "closed")
    return page(c, <SignUpClosedPage signedIn={c.get("sessionId") !== undefined} />, 403);
  if (wantsPart(c, "slug-field"))
    return part(c, <SlugField {...(await suggestedSlug(c))} portalDomain={config.portalOrigin.portalDomain} />);
  if (c.get("sessionId")) return seeOther(c, app.newAgency());
  return showForm(c, {});
}

async function signUp(c: MemberContext): Promise<Response> {
  const { config, globals } = c.get("deps");
  if (config.signups === "closed")
    return page(c, <SignUpClosedPage signedIn={c.get("sessionId") !== undefined} />, 403);
  const form = await readForm(c);
  const checked = check(form, schema);
  const refused = await refusePassword(form.text("password"), MEMBER_PASSWORD_MIN);
  const errors = { ...checked.errors, ...(refused ? { password: refused } : {}) };
  if (!checked.values || refused) return showForm(c, { typed: typedOf(form), errors }, 422);

  await globals.run((db) =>
    requireLimit(
      db,
      limits.signUpsByAddress,
      addressKey(c.get("address")),
      "Too many agencies were created from here. Try again in an hour.",
    ),
  );
  try {
    // Hashed whether or not the address has an account, so that both take as long.
    const passwordHash = await hashPassword(checked.values.password);
    const { sessionId, slug } = await settle(c, checked.values, passwordHash);
    writeSessionId(c, "member", sessionId);
    return seeOther(c, app.portal(slug));
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    return showForm(c, { typed: typedOf(form), errors: { ...error.fields } }, 422);
  }
}

async function settle(c: MemberContext, values: z.output<typeof schema>, passwordHash: string) {
  const address = c.get("address");
  return await c.get("deps").globals.write(async (db) => {
    const slug = await chooseSlug(db, { name: values.agency, slug: values.slug });
    const memberId = await createMember(db, { email: values.email, name: values.name, passwordHash });
    await createAgency(db, { slug, name: values.agency, ownerId: memberId, address });
    const userAgent = c.req.header("user-agent") ?? "";
    return { slug, sessionId: await startMemberSession(db, { memberId, method: "sign-up", address, userAgent }) };
  });
}

const typedOf = (form: Form) => ({
  agency: form.text("agency"),
  slug: form.text("slug"),
  name: form.text("name"),
  email: form.text("email"),
});
