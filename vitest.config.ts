// Three projects over one throwaway PostgreSQL: unit (no isolation), integration (a database a file) and e2e (one browser at a time).
import { defineConfig } from "vitest/config";

const e2e = ["test/e2e/**/*.test.{ts,tsx}"];
const unit = ["test/unit/**/*.test.{ts,tsx}", "test/views/**/*.test.{ts,tsx}", "test/guards/**/*.test.{ts,tsx}"];

export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "hono/jsx" } },
  test: {
    // what is waited for comes within milliseconds; the rest is patience with a busy machine
    expect: { poll: { timeout: 20_000, interval: 25 } },
    globalSetup: ["test/support/global-setup.ts"],
    reporters: ["default", "./test/support/plain-reporter.ts"],
    projects: [
      { extends: true, test: { name: "unit", include: unit, sequence: { groupOrder: 0 } } },
      {
        extends: true,
        test: {
          name: "integration",
          include: ["test/**/*.test.{ts,tsx}"],
          exclude: [...e2e, ...unit],
          pool: "forks",
          maxWorkers: 2,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: "e2e",
          include: e2e,
          fileParallelism: false,
          // Chromium now and then draws what stands in a fieldset that is a grid without a box (the large ones are none any more, some small ones
          // are), and has let a click fall on a starved machine; such a story is told once more, and the last lines say which.
          retry: { count: 1, condition: /element is not visible|did not change its state/ },
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
