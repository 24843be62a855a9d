// What the developer's pages on mail share: a framed HTML part, and a text part with its links.

// the frame may send the whole window somewhere, but only when it is clicked; it has no origin, scripts or forms
export const FRAME_SANDBOX = "allow-top-navigation-by-user-activation allow-popups allow-popups-to-escape-sandbox";

/** The HTML of an e-mail in a frame of its own, from its own address. */
export function MailFrame({ src, title, lazy }: { src: string; title: string; lazy?: boolean | undefined }) {
  return (
    <div class="frame">
      <div class="frame__view">
        <iframe src={src} title={title} sandbox={FRAME_SANDBOX} loading={lazy ? "lazy" : undefined} />
      </div>
    </div>
  );
}

const LINK = /(https?:\/\/[^\s<>"]+)/;

function Line({ text }: { text: string }) {
  return <>{text.split(LINK).map((piece, at) => (at % 2 ? <a href={piece}>{piece}</a> : piece))}</>;
}

/** A text part as it reads, its web addresses as links. */
export function MailText({ text }: { text: string }) {
  const paragraphs = text.trim().split(/\n{2,}/);
  return (
    <div class="stack break">
      {paragraphs.map((paragraph) => (
        <p>
          {paragraph.split("\n").map((line, at) => (
            <>
              {at > 0 && <br />}
              <Line text={line} />
            </>
          ))}
        </p>
      ))}
    </div>
  );
}
