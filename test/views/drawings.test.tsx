// What the server draws itself: sparklines and QR codes.
import { encode } from "uqr";
import { describe, expect, it } from "vitest";
import { QrFile, qrPath } from "../../views/ui/qr.tsx";
import { sparkLine, sparkWords } from "../../views/ui/spark.tsx";
import { drawn } from "../support/drawn.ts";

describe("a sparkline", () => {
  it("runs from edge to edge, its highest day at the top and an empty day at the base", () => {
    expect(sparkLine([0, 6, 3])).toBe("M0 45L150 5L300 25");
  });

  it("is flat at the base when nothing happened, and drawable for a single day or none", () => {
    expect(sparkLine([0, 0])).toBe("M0 45L300 45");
    expect(sparkLine([4])).toBe("M0 5L300 5");
    expect(sparkLine([])).toBe("");
  });

  it("says in words what it shows", () => {
    expect(sparkWords("Joins", [0, 6, 5])).toBe(
      "Joins per day over the last 3 days: 11 in all, at most 6 in one day, 5 today",
    );
    expect(sparkWords("Joins", [0, 0])).toBe("Joins per day over the last 2 days: none");
  });
});

/** The modules that a path of runs fills. */
function filled(path: string, size: number): boolean[][] {
  const grid = Array.from({ length: size }, () => Array<boolean>(size).fill(false));
  for (const [, x, y, run] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g))
    for (let at = Number(x); at < Number(x) + Number(run); at++) (grid[Number(y)] as boolean[])[at] = true;
  return grid;
}

describe("a QR code", () => {
  const url = "https://northwind.portal.example/l/8fKq2vT1xWm7Zc0Lr5Yb9Nd3Hs6Ju4Pe1Ao2Ik7Mt8";

  it("fills exactly the dark modules of the code", () => {
    const { path, size } = qrPath(url);
    const { data } = encode(url, { ecc: "M", border: 0 });
    expect(size).toBe(data.length);
    expect(filled(path, size)).toEqual(data);
  });

  it("has its three finders where readers look for them", () => {
    const { path, size } = qrPath(url);
    const grid = filled(path, size);
    for (const [x, y] of [
      [0, 0],
      [size - 7, 0],
      [0, size - 7],
    ] as const) {
      expect(grid[y]?.slice(x, x + 7)).toEqual(Array(7).fill(true));
      expect(grid[y + 1]?.slice(x, x + 7)).toEqual([true, false, false, false, false, false, true]);
    }
  });

  it("has the quiet zone of four modules in the file that people print", async () => {
    const { size } = qrPath(url);
    expect(await drawn(<QrFile value={url} />)).toContain(`viewBox="-4 -4 ${size + 8} ${size + 8}"`);
  });
});
