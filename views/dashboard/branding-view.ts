// What the parts of the branding page share: the form as it was typed, the images that were chosen, and what is wrong.
import type { ColorReading } from "../../src/models/brand-colors.ts";
import type { ColorScheme, Logo } from "../../src/models/branding.ts";

/** The fields as they were typed, whatever they hold. */
export type TypedBranding = {
  name: string;
  color: string;
  scheme: ColorScheme;
  headline: string;
  text: string;
  help: string;
};

/** One image field: the image that is kept, saved or not, and whether its box says to do without it. */
export type ChosenImage = { kept: Logo | undefined; removed: boolean };

export type BrandingView = {
  slug: string;
  /** The portal's name when none is typed. */
  agencyName: string;
  typed: TypedBranding;
  images: Record<"logo" | "favicon", ChosenImage>;
  errors: Readonly<Record<string, string>>;
  /** Undefined while what was typed is no colour. */
  reading: ColorReading | undefined;
  /** A colour that the preview and the picker can show: the typed one, or the saved one. */
  shownColor: string;
  /** Whether what was typed differs from what is saved. */
  unsaved: boolean;
  mayChange: boolean;
  /** The portal's host, in the preview's address bar. */
  host: string;
};
