// QR codes, drawn as one path, with a quiet zone that readers need.
import { encode } from "uqr";

type Drawn = { path: string; size: number };

const KEPT = 1_000;
const origin = /^https?:\/\/[^/?#]+\/?$/;
const kept = new Map<string, Drawn>();

/** The dark modules of a QR code (ISO/IEC 18004, error correction M) as a path of runs, and the width of the code in modules. */
export function qrPath(value: string): Drawn {
  const known = kept.get(value);
  if (known) return known;
  const drawn = draw(value);
  // A portal's address is drawn on each page of its dashboard, and working it out takes a millisecond; a link with a token in it
  // is drawn once and must not be remembered.
  if (!origin.test(value)) return drawn;
  if (kept.size >= KEPT) kept.clear();
  kept.set(value, drawn);
  return drawn;
}

function draw(value: string): Drawn {
  const { data, size } = encode(value, { ecc: "M", border: 0 });
  let path = "";
  data.forEach((row, y) => {
    for (let x = 0; x < size; x++) {
      if (!row[x]) continue;
      const from = x;
      while (x < size && row[x]) x++;
      path += `M${from} ${y}h${x - from}v1h${from - x}z`;
    }
  });
  return { path, size };
}

type QrProps = { value: string; label: string; small?: boolean | undefined };

/** `label` names what the code holds: "QR code of the portal URL". */
export function Qr({ value, label, small }: QrProps) {
  const { path, size } = qrPath(value);
  return (
    <svg
      class={small ? "qr qr--sm" : "qr"}
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label={label}
      shape-rendering="crispEdges"
    >
      <path d={path} />
    </svg>
  );
}

/** A QR code as an SVG file of its own: black on white, with the quiet zone of four modules. */
export function QrFile({ value }: { value: string }) {
  const { path, size } = qrPath(value);
  return (
    <svg
      xmlns="http://www.w3.org/2000/svg"
      viewBox={`-4 -4 ${size + 8} ${size + 8}`}
      width="512"
      height="512"
      shape-rendering="crispEdges"
    >
      <rect x="-4" y="-4" width={size + 8} height={size + 8} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
