// Statements that are asked on every request: put together once, then run with other values.
import { type CompiledQuery, type RawBuilder, sql } from "kysely";
import type { AgencyReader } from "../db/schema.ts";

/** What any store gives to its reader. */
type Executor = Pick<AgencyReader, "getExecutor">;

class Place {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** Stands in a statement for a value that each run gives. */
export type PlaceOf<Values> = (name: keyof Values & string) => RawBuilder<unknown>;

/**
 * Makes a statement out of `build`, which is called once, and returns the function that runs it and gives its rows. Putting a
 * statement of this size together costs more than sending it.
 */
export function createStatement<Values extends Record<string, unknown>, Row>(
  build: (place: PlaceOf<Values>) => RawBuilder<Row>,
): (db: Executor, values: Values) => Promise<Row[]> {
  let made: { query: CompiledQuery<Row>; names: string[] } | undefined;
  const make = (db: Executor) => {
    const query = build((name) => sql`${new Place(name)}`).compile(db);
    return { query, names: query.parameters.map(nameOf) };
  };
  return async (db, values) => {
    made ??= make(db);
    const parameters = made.names.map((name) => values[name]);
    const { rows } = await db.getExecutor().executeQuery<Row>({ ...made.query, parameters });
    return rows;
  };
}

function nameOf(parameter: unknown): string {
  if (parameter instanceof Place) return parameter.name;
  throw new Error("A remembered statement takes all its values by name.");
}
