// Reading a timestamptz: the same Date as pg reads, and nothing that is written in another way.
import fc from "fast-check";
import pg from "pg";
import { expect, it } from "vitest";
import { readMoment } from "../../src/db/moments.ts";

it("reads what PostgreSQL writes in UTC as pg does, to the millisecond", () => {
  const moment = fc.date({
    min: new Date("1000-01-01T00:00:00Z"),
    max: new Date("9999-12-31T23:59:59Z"),
    noInvalidDate: true,
  });
  const parse = pg.types.getTypeParser(pg.types.builtins.TIMESTAMPTZ) as (text: string) => Date;
  fc.assert(
    fc.property(moment, fc.stringMatching(/^(\.\d{1,6})?$/), (date, fraction) => {
      const text = `${date.toISOString().slice(0, 19).replace("T", " ")}${fraction}+00`;
      const read = readMoment(text)?.getTime();
      // pg rounds the microseconds, we cut them off
      expect(Math.abs(parse(text).getTime() - (read ?? Number.NaN))).toBeLessThanOrEqual(1);
      expect(new Date(read ?? Number.NaN).toISOString().slice(0, 19)).toBe(date.toISOString().slice(0, 19));
    }),
  );
  expect(readMoment("2026-11-23 12:25:11.499123+00")?.toISOString()).toBe("2026-11-23T12:25:11.499Z");
  expect(readMoment("2026-11-23 12:25:11.4+00")?.toISOString()).toBe("2026-11-23T12:25:11.400Z");
});

it.each(["infinity", "-infinity", "2026-11-23 12:25:11+01", "2026-11-23 12:25:11", "0044-03-15 12:00:00+00 BC", ""])(
  "leaves %j to pg",
  (text) => {
    expect(readMoment(text)).toBeUndefined();
  },
);
