// Keys: what is sealed opens under every secret that is still there, for what it is about, and only when nobody touched it.
import { expect, test } from "vitest";
import { createKeys } from "../../src/web/keys.ts";

const [first, second] = ["first secret of the operator 0123456789", "second secret of the operator 9876543210"];
const plain = Buffer.from("a key that nobody may read");

test("what is sealed opens again, never looks the same twice and hides its text", () => {
  const keys = createKeys([first]);
  const [one, two] = [keys.seal("dkim", plain, "row"), keys.seal("dkim", plain, "row")];
  expect(keys.open("dkim", one, "row")).toEqual({ plain, newest: true });
  expect(one.equals(two)).toBe(false);
  expect(one.includes("a key")).toBe(false);
});

test("after a new secret is put in front, what the old one sealed still opens and says so", () => {
  const sealed = createKeys([first]).seal("dkim", plain, "row");
  expect(createKeys([second, first]).open("dkim", sealed, "row")).toEqual({ plain, newest: false });
  expect(createKeys([second]).open("dkim", sealed, "row")).toBeUndefined();
});

test("it opens for no other row and no other purpose", () => {
  const keys = createKeys([first]);
  const sealed = keys.seal("dkim", plain, "agency-a/1");
  expect(keys.open("dkim", sealed, "agency-b/1")).toBeUndefined();
  expect(keys.open("code", sealed, "agency-a/1")).toBeUndefined();
});

test("a byte changed anywhere, and it stays shut; so do cuts and other people's bytes", () => {
  const keys = createKeys([first]);
  const sealed = keys.seal("dkim", plain, "row");
  for (let at = 0; at < sealed.length; at++) {
    const touched = Buffer.from(sealed);
    touched[at] = (touched[at] ?? 0) ^ 1;
    expect([at, keys.open("dkim", touched, "row")]).toEqual([at, undefined]);
  }
  for (const bytes of [Buffer.alloc(0), sealed.subarray(0, 20), Buffer.alloc(64, 1)])
    expect(keys.open("dkim", bytes, "row")).toBeUndefined();
});
