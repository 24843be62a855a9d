// How a timestamptz of PostgreSQL becomes a Date: a page of contacts has some hundred and fifty, and pg's own reading takes a microsecond.

const usual = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?\+00$/;

/**
 * The moment that PostgreSQL wrote in the zone UTC with DateStyle ISO, as our connections have it: "2026-11-23 12:25:11.499123+00".
 * Microseconds are cut off. Undefined for anything else: another zone, infinity, a year before 1000 or after 9999.
 */
export function readMoment(text: string): Date | undefined {
  return usual.test(text) ? new Date(`${text.slice(0, 10)}T${text.slice(11, -3)}Z`) : undefined;
}
