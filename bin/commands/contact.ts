// The operator brings an agency's contacts along from a file.
import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { parseAddress, parseName } from "../../src/models/addresses.ts";
import { findAgencyId } from "../../src/models/agencies.ts";
import { type ImportedContact, importContacts } from "../../src/models/contact-imports.ts";
import { type Command, text, UsageError } from "./command.ts";
import { readCsv } from "./csv.ts";

const AT_ONCE = 1_000;
const COLUMNS = ["email", "name", "company"] as const;

async function* decoded(file: Readable): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  try {
    for await (const bytes of file) yield decoder.decode(bytes as Buffer, { stream: true });
    yield decoder.decode();
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError("The file must be UTF-8.");
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "EISDIR" || code === "EACCES")
      throw new UsageError(`The file cannot be read: ${code}.`);
    throw error;
  }
}

// Where each column stands; a first row without a heading "email" is a contact already, in the order of COLUMNS.
function columnsOf(cells: readonly string[]): number[] | undefined {
  const heads = cells.map((cell) => cell.trim().toLowerCase());
  return heads.includes("email") ? COLUMNS.map((name) => heads.indexOf(name)) : undefined;
}

/** The contacts of a file, a thousand at a time; what is wrong with a row goes to `refuse`. */
async function* batches(file: Readable, refuse: (line: number, why: string) => void) {
  let columns: number[] | undefined;
  let batch = new Map<string, ImportedContact>();
  for await (const { line, cells } of readCsv(decoded(file))) {
    if (!columns) {
      const heads = columnsOf(cells);
      columns = heads ?? [0, 1, 2];
      if (heads) continue;
    }
    const [email = "", name = "", company = ""] = columns.map((at) => (cells[at] ?? "").replaceAll("\0", ""));
    const address = parseAddress(email);
    if ("error" in address) refuse(line, address.error);
    else if (batch.has(address.email)) refuse(line, `${address.email} stands here twice; the first one counts.`);
    else batch.set(address.email, { email: address.email, name: parseName(name), company: parseName(company) });
    if (batch.size === AT_ONCE) {
      yield [...batch.values()];
      batch = new Map();
    }
  }
  if (batch.size > 0) yield [...batch.values()];
}

const contactImport: Command = {
  name: "contact import",
  summary: "Adds contacts to an agency from a CSV file (email, name, company) or standard input; invites nobody.",
  options: { agency: { type: "string" } },
  required: ["agency"],
  operands: ["[file]"],
  async run({ deps, values, operands }) {
    const slug = text(values, "agency");
    const agencyId = await deps.globals.run((db) => findAgencyId(db, slug));
    if (!agencyId) throw new UsageError(`No agency has the slug ${slug}.`);
    const [path] = operands;
    let [read, added, refused] = [0, 0, 0];
    const refuse = (line: number, why: string) => {
      refused++;
      console.log(`line ${line}: ${why}`);
    };
    for await (const contacts of batches(path ? createReadStream(path) : process.stdin, refuse)) {
      read += contacts.length;
      added += await deps.agencies.open(agencyId).write((db) => importContacts(db, contacts));
    }
    console.log(`${added} added, ${read - added} known already, ${refused} refused.`);
    return refused > 0 ? 1 : 0;
  },
};

export const contactCommands: readonly Command[] = [contactImport];
