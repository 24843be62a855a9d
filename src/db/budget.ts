// The query budget: counts the statements of one request, so that a page that asks the database too often fails in development and tests.
import { AsyncLocalStorage } from "node:async_hooks";

/** The statements of one request so far, in order. */
export type Budget = { statements: string[] };

const current = new AsyncLocalStorage<Budget>();

/** Runs `work` with a fresh count that `countStatement` adds to. */
export function withBudget<T>(budget: Budget, work: () => T): T {
  return current.run(budget, work);
}

/** Adds one statement to the running request's count; does nothing outside of a request. */
export function countStatement(text: string): void {
  current.getStore()?.statements.push(text);
}
