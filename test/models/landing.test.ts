// Where signing in may lead: inside one of the member's agencies, whatever the request asked for.
import { expect, test } from "vitest";
import { landingPath } from "../../src/models/landing.ts";

const mine = ["northwind", "halden-rye"];

test.each([
  "/northwind",
  "/halden-rye",
  "/northwind/contacts/0198c0de-aaaa-7000-8000-1234567890ab",
  "/northwind?status=joined&q=jane%20doe",
  "/agencies",
  "/agencies/new",
])("%s is where the member wanted to go", (path) => {
  expect(landingPath(path, mine)).toBe(path);
});

test.each([
  "",
  "/",
  "/rivermark",
  "/northwindx",
  "//evil.example",
  "/\\evil.example",
  "\\/evil.example",
  "https://evil.example/northwind",
  "/northwind//evil.example",
  "/northwind/../rivermark",
  "/northwind/%2e%2e/rivermark",
  "/northwind\n",
  "/northwind#@evil.example",
  " /northwind",
  "/sign-out",
  `/northwind?q=${"a".repeat(600)}`,
])("%j is not followed", (path) => {
  expect(landingPath(path, mine)).toBe("/agencies");
});

test("a member of one agency begins at its Client portal page, and one of none where he can make one", () => {
  expect(landingPath("", ["northwind"])).toBe("/northwind");
  expect(landingPath("", [])).toBe("/agencies");
});
