// Forms: read once, checked with a schema, and handed back with what was typed when something is wrong.
import type { Context } from "hono";
import type { z } from "zod";
import { Invalid } from "../models/errors.ts";

/** A posted form. Field names may repeat; a missing field is an empty text. */
export class Form {
  readonly #fields: URLSearchParams;
  readonly #files: ReadonlyMap<string, Uint8Array>;
  constructor(fields: URLSearchParams, files: ReadonlyMap<string, Uint8Array> = new Map()) {
    this.#fields = fields;
    this.#files = files;
  }
  /** The bytes of the file that was chosen, or undefined. What its sender calls it and says it is counts for nothing. */
  file(name: string): Uint8Array | undefined {
    return this.#files.get(name);
  }
  /** The field's first value as it was typed, or "". */
  text(name: string): string {
    return this.#fields.get(name) ?? "";
  }
  /** Every value of a repeated field. */
  all(name: string): string[] {
    return this.#fields.getAll(name);
  }
  has(name: string): boolean {
    return this.#fields.has(name);
  }
  /** The first value of every field. */
  values(): Record<string, string> {
    return Object.fromEntries([...new Set(this.#fields.keys())].map((name) => [name, this.text(name)]));
  }
}

/** The request's form, parsed once. Throws Invalid when the body is not form-encoded; files come only to the routes that take them. */
export async function readForm(c: Context): Promise<Form> {
  const known = c.get("form") as Form | undefined;
  if (known) return known;
  const type = c.req.header("content-type") ?? "";
  const form =
    c.get("takesFiles") === true && /^multipart\/form-data\b/i.test(type)
      ? await readParts(c)
      : await readFields(c, type);
  c.set("form", form);
  return form;
}

async function readFields(c: Context, type: string): Promise<Form> {
  const body = await c.req.text();
  if (body !== "" && !/^application\/x-www-form-urlencoded\b/i.test(type))
    throw new Invalid({ form: "Send the form as application/x-www-form-urlencoded." });
  const fields = new URLSearchParams(body);
  return new Form(body.includes("%00") || body.includes("\0") ? withoutNull(fields) : fields);
}

// PostgreSQL's text holds everything but the null character. What is taken out of a body that is still encoded may leave another one.
function withoutNull(fields: URLSearchParams): URLSearchParams {
  const kept = new URLSearchParams();
  for (const [name, value] of fields) kept.append(name.replaceAll("\0", ""), value.replaceAll("\0", ""));
  return kept;
}

// The body is limited by the route, so that all of it may stand in memory.
async function readParts(c: Context): Promise<Form> {
  const data = await c.req.formData().catch(() => {
    throw new Invalid({ form: "This form could not be read." });
  });
  const fields = new URLSearchParams();
  const files = new Map<string, Uint8Array>();
  for (const [name, value] of data) {
    if (typeof value === "string") fields.append(name, value.replaceAll("\0", ""));
    // A browser sends an empty file where none was chosen.
    else if (value.size > 0 && !files.has(name)) files.set(name, await value.bytes());
  }
  return new Form(fields, files);
}

/** What a check found: the values, or the first fault of each field beside what was typed (never a password). */
export type Checked<T> =
  | { values: T; errors?: undefined }
  | { values?: undefined; errors: Record<string, string>; typed: Record<string, string> };

/** Checks a form against a schema over its first values. */
export function check<S extends z.ZodType>(form: Form, schema: S): Checked<z.output<S>> {
  const typed = form.values();
  const result = schema.safeParse(typed);
  if (result.success) return { values: result.data };
  const errors: Record<string, string> = {};
  for (const issue of result.error.issues) {
    const field = String(issue.path[0] ?? "form");
    errors[field] ??= issue.message;
  }
  for (const name of Object.keys(typed)) if (/password/i.test(name)) delete typed[name];
  return { errors, typed };
}
