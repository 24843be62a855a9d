// Each e-mail with values made up for looking at it: the developer's page, and tests.

import { type EmailKind, type EmailValues, emailKinds, emails } from "./kinds.ts";
import { renderEmail } from "./render.ts";
import type { Brand, RenderedEmail } from "./types.ts";

/** The agency that previews are from. */
export const previewBrand: Brand = {
  name: "Halden & Rye",
  color: "#00684e",
  origin: "https://clients.haldenrye.example",
  address: "14 Granary Row, Bristol",
};
const platform: Brand = { name: "Portico", color: "#17181c", origin: "https://app.portico.example" };

function preview<K extends EmailKind>(kind: K): Promise<RenderedEmail> {
  const values: EmailValues<K> = emails[kind].previewProps;
  return renderEmail(kind, kind.startsWith("member-") ? platform : previewBrand, values);
}

/** Every kind, and the e-mail of a kind as it would go out from an agency made up for it, or from the platform; null for no kind. */
export const emailPreviews = {
  kinds: emailKinds as readonly string[],
  async preview(name: string): Promise<RenderedEmail | null> {
    const kind = emailKinds.find((one) => one === name);
    return kind ? preview(kind) : null;
  },
};
