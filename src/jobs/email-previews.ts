// Every e-mail with values made up for looking at it, for the developer's page: those of the product's templates as they go out, and the others.
import { emailPreviews, previewBrand } from "../../emails/previews.ts";
import type { RenderedEmail } from "../../emails/types.ts";
import { defaultFields, templateKinds } from "../models/email-template-words.ts";
import { templateKind } from "../models/email-templates.ts";
import { renderSample, type SampleFor } from "./template-message.ts";

const sample: SampleFor = {
  facts: {
    contact: { name: "Maya Okafor", email: "maya@brightwater.example", company: "Brightwater Foods" },
    agency: { name: previewBrand.name, supportEmail: "hello@haldenrye.example" },
    portal: { name: previewBrand.name, url: previewBrand.origin },
  },
  recipient: "maya@brightwater.example",
  memberName: "Ingrid Rye",
  message: "It takes a minute to set up.\nYou can always reply to this email if you get stuck.",
  askedIn: "Firefox on Linux",
  timeZone: "Europe/London",
  inviteSeconds: 14 * 86_400,
};

/** Every kind, and the e-mail of a kind as it would go out from an agency made up for it, or from the platform; null for no kind. */
export const allEmailPreviews = {
  kinds: [...templateKinds, ...emailPreviews.kinds] as readonly string[],
  async preview(name: string): Promise<RenderedEmail | null> {
    const kind = templateKind(name);
    if (!kind) return await emailPreviews.preview(name);
    const message = kind === "invite" ? sample.message : null;
    return await renderSample(defaultFields[kind], kind, previewBrand, { ...sample, message: message ?? null });
  },
};
