// The field for the logo or the icon: what is kept now, a place to drop another, and a box to do without.
import { app } from "../../src/paths.ts";
import { classes } from "../ui/attributes.ts";
import { Avatar } from "../ui/avatar.tsx";
import { Check } from "../ui/check.tsx";
import { FieldError } from "../ui/field.tsx";
import type { BrandingView, ChosenImage } from "./branding-view.ts";

export type ImageFieldName = "logo" | "favicon";

const words = {
  logo: {
    label: "Logo",
    hint: "PNG, JPEG or WebP, at least 96 px tall, up to 1 MB.",
    none: "No logo, show the initials",
  },
  favicon: { label: "Browser icon", hint: "A square image. Without one, a square logo is used.", none: "No icon" },
} as const;

function Kept({ slug, name, image }: { slug: string; name: string; image: ChosenImage }) {
  const { kept } = image;
  if (!kept || image.removed) return <Avatar name={name} square size="lg" />;
  return (
    <span class={classes("plogo__image", kept.ground && `plogo__image--${kept.ground}`)}>
      <img src={app.brandImage(slug, kept.hash)} width={kept.width} height={kept.height} alt="" />
    </span>
  );
}

function Chooser({ use, error }: { use: ImageFieldName; error: string | undefined }) {
  const id = `b-${use}`;
  return (
    <>
      <div id={`${id}-hint`}>
        {words[use].hint}
        <br />
        Drop a file here.
      </div>
      <label class="btn btn--sm" for={id} id={`${id}-choose`}>
        Choose file
      </label>
      <input
        class="drop__file"
        type="file"
        id={id}
        name={use}
        accept="image/png,image/jpeg,image/webp"
        aria-labelledby={`${id}-label ${id}-choose`}
        aria-describedby={error ? `${id}-error ${id}-hint` : `${id}-hint`}
        aria-invalid={error ? "true" : undefined}
      />
    </>
  );
}

export function BrandImageField({ use, view }: { use: ImageFieldName; view: BrandingView }) {
  const image = view.images[use];
  const error = view.errors[use];
  return (
    <div class="field" id={`${use}-field`}>
      <span class="label" id={`b-${use}-label`}>
        {words[use].label}
      </span>
      <div class="drop" data-previewed="" role="group" aria-labelledby={`b-${use}-label`}>
        <Kept slug={view.slug} name={view.typed.name || view.agencyName} image={image} />
        <Chooser use={use} error={error} />
      </div>
      {error && <FieldError id={`b-${use}`}>{error}</FieldError>}
      {image.kept && (
        <>
          <input type="hidden" name={`${use}_hash`} value={image.kept.hash} />
          <Check name={`${use}_removed`} checked={image.removed}>
            {words[use].none}
          </Check>
        </>
      )}
    </div>
  );
}
