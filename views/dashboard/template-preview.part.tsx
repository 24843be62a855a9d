// A template's e-mail as a client would get it: the HTML in a frame of its own, or the text.
import { app } from "../../src/paths.ts";
import type { PreviewView } from "./email-template-view.ts";

// No scripts, no forms, no way out: the frame is for looking.
const SANDBOX = "";

export function TemplatePreview({ slug, key: template, subject, from, text, version, as }: PreviewView) {
  return (
    <div class="frame" id="template-preview" data-scheme="system">
      <div class="frame__bar">
        <div class="grow small">
          <b>{subject}</b>
          <br />
          <span class="muted">{from}</span>
        </div>
      </div>
      <div class="frame__view">
        {(["light", "dark"] as const).map((scheme) => (
          <iframe
            src={app.emailTemplateFrame(slug, template, { v: version, as, scheme })}
            title={`The email as HTML, ${scheme}`}
            sandbox={SANDBOX}
            // the one that is not shown is not asked for
            loading="lazy"
            data-preview-part={`html-${scheme}`}
          />
        ))}
        <pre class="preview-text" data-preview-part="text" tabindex={0} aria-label="The email as text">
          {text}
        </pre>
      </div>
    </div>
  );
}
