// Reads CSV as it streams in, with csv-parse: commas, semicolons or tabs, a byte order mark or none, rows of any width.
import { Readable } from "node:stream";
import { type Info, parse } from "csv-parse";

/** One row: its cells, and the line of the file on which it ends, from 1. */
export type CsvRow = { line: number; cells: string[] };

const WIDEST_ROW = 64 * 1024;

/** The rows of a text that arrives in pieces, without the empty ones. The first line says what separates. Throws on a row beyond 64 KiB. */
export async function* readCsv(pieces: AsyncIterable<string>): AsyncGenerator<CsvRow> {
  const parser = parse({
    bom: true,
    info: true,
    delimiter: [",", ";", "\t"],
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    skip_records_with_empty_values: true,
    max_record_size: WIDEST_ROW,
  });
  const rows = Readable.from(pieces)
    .on("error", (error) => parser.destroy(error))
    .pipe(parser);
  for await (const { record, info } of rows as AsyncIterable<{ record: string[]; info: Info }>) {
    yield { line: info.lines, cells: record };
  }
}
