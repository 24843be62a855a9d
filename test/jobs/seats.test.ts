// Seats at the relay: how many at once, who comes first, and that a seat is given back whatever happens in it.
import { expect, test } from "vitest";
import { createSeats } from "../../src/jobs/seats.ts";

/** Work that waits until it is told to end, and a list of what has begun. */
function works() {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const work = (name: string) => () => {
    begun.push(name);
    return new Promise<void>((resolve) => ends.set(name, resolve));
  };
  const end = async (name: string) => {
    ends.get(name)?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { begun, work, end };
}

test("no more work at once than there are seats, in the order in which it came", async () => {
  const seated = createSeats(2);
  const { begun, work, end } = works();
  for (const name of ["a", "b", "c", "d"]) void seated("interactive", work(name));
  await end("");
  expect(begun).toEqual(["a", "b"]);
  await end("b");
  expect(begun).toEqual(["a", "b", "c"]);
  await end("a");
  expect(begun).toEqual(["a", "b", "c", "d"]);
});

test("bulk leaves a fifth of the seats free, and interactive mail is seated before bulk that came earlier", async () => {
  const seated = createSeats(5);
  const { begun, work, end } = works();
  for (let n = 0; n < 6; n++) void seated("bulk", work(`bulk ${n}`));
  await end("");
  expect(begun).toHaveLength(4);
  void seated("interactive", work("first"));
  void seated("interactive", work("second"));
  await end("");
  expect(begun.slice(4)).toEqual(["first"]);
  await end("bulk 0");
  expect(begun.slice(4)).toEqual(["first", "second"]);
  await end("first");
  expect(begun.slice(4)).toEqual(["first", "second", "bulk 4"]);
});

test("one seat serves both lanes, and a seat whose work fails is free again", async () => {
  const seated = createSeats(1);
  await expect(seated("bulk", () => Promise.reject(new Error("No.")))).rejects.toThrow("No.");
  expect(await seated("bulk", async () => "bulk")).toBe("bulk");
  expect(await seated("interactive", async () => "login")).toBe("login");
});
