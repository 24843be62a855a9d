// Reads CSV as it streams in (RFC 4180): quoted cells may hold separators, quotes and line ends.

/** One row: its cells, and the line of the file on which it begins, from 1. */
export type CsvRow = { line: number; cells: string[] };

/** The rows of a text that arrives in pieces, without the empty ones. The first line says whether commas or semicolons separate. */
export async function* readCsv(pieces: AsyncIterable<string>): AsyncGenerator<CsvRow> {
  let [line, begun, cell, quoted, closing] = [1, 1, "", false, false];
  let separator: string | undefined;
  let cells: string[] = [];
  const end = (): CsvRow => {
    const row = { line: begun, cells: [...cells, cell] };
    [cells, cell, begun] = [[], "", line];
    return row;
  };
  const isFilled = ({ cells: all }: CsvRow) => all.some((text) => text.trim() !== "");
  for await (const piece of pieces) {
    if (piece) separator ??= separatorOf(piece);
    for (const character of piece) {
      if (character === "\n") line++;
      if (closing && character !== '"') [closing, quoted] = [false, false];
      if (closing) [closing, cell] = [false, `${cell}"`];
      else if (quoted && character === '"') closing = true;
      else if (quoted) cell += character;
      else if (character === '"' && cell.trim() === "") [quoted, cell] = [true, ""];
      else if (character === separator) [cells, cell] = [[...cells, cell], ""];
      else if (character === "\n") {
        const row = end();
        if (isFilled(row)) yield row;
      } else if (character !== "\r") cell += character;
    }
  }
  const last = end();
  if (isFilled(last)) yield last;
}

function separatorOf(text: string): string {
  const first = text.split("\n", 1)[0] ?? "";
  return first.includes(";") && !first.includes(",") ? ";" : ",";
}
