// How well text reads on the accent colour, and the colour on a page; no colour is refused.
import type { ColorReading } from "../../src/models/brand-colors.ts";
import { Status } from "../ui/status.tsx";

const ratio = (value: number) => `${Math.floor(value * 10) / 10} to 1`;

function Words({ reading }: { reading: ColorReading }) {
  const { text, onWhite } = reading;
  return (
    <span>
      {`${text === "white" ? "White" : "Black"} text on this colour: ${ratio(reading.ratio)}. Buttons choose black or white text for you.`}
      {onWhite < 4.5 && ` On a white page the colour alone has ${ratio(onWhite)}, so links use a darker shade of it.`}
    </span>
  );
}

export function AccentContrast({ reading }: { reading: ColorReading | undefined }) {
  return (
    <p class="hint row row--nowrap row--top" id="accent-contrast" aria-live="polite">
      {reading ? (
        <>
          <Status word="Readable" icon="done" tone="good" />
          <Words reading={reading} />
        </>
      ) : (
        <>
          <Status word="Not a colour" icon="fail" tone="bad" />
          <span>Use # and six digits, such as #1f4fcc.</span>
        </>
      )}
    </p>
  );
}
