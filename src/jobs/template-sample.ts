// A template as it would look to a contact: for the preview beside its form, and for a test.
import type { Brand, RenderedEmail } from "../../emails/types.ts";
import type { SampleFacts } from "../models/email-template-samples.ts";
import type { TemplateFields, TemplateKind } from "../models/email-template-words.ts";
import { portal } from "../paths.ts";
import { renderSample, type SampleFor } from "./template-message.ts";

/** The e-mail of fields that `readTemplate` accepts; its link opens nothing. */
export async function renderSampleFor(
  facts: SampleFacts,
  template: { fields: TemplateFields; kind: TemplateKind | undefined },
  origin: string,
  memberName: string | null,
): Promise<RenderedEmail> {
  return renderSample(template.fields, template.kind, brandOf(facts, origin), sampleFor(facts, origin, memberName));
}

/** How the agency's e-mails look. */
function brandOf({ agency }: SampleFacts, origin: string): Brand {
  const { logo } = agency;
  return {
    name: agency.portalName,
    color: agency.color,
    origin,
    logo: logo && { ...logo, url: `${origin}${portal.brandImage(logo.hash)}` },
  };
}

/** What a sample is filled with: the contact of one's choice, or one made up. */
function sampleFor({ contact, agency }: SampleFacts, origin: string, memberName: string | null): SampleFor {
  return {
    facts: {
      contact: { name: contact.name || null, email: contact.email, company: contact.company || null },
      agency: { name: agency.name, supportEmail: agency.supportEmail },
      portal: { name: agency.portalName, url: origin },
    },
    recipient: contact.email,
    memberName,
    askedIn: null,
    timeZone: agency.timeZone,
    inviteSeconds: agency.inviteSeconds,
  };
}
