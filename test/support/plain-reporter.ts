// Prints the plain last line that scripts and CI read: how many passed, failed and were skipped; before it, what passed at its second try only.
import type { Reporter, TestModule } from "vitest/node";

export default class PlainReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const counts = { passed: 0, failed: errors.length, skipped: 0 };
    const lines: string[] = [];
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        counts[state === "pending" ? "skipped" : state]++;
        if (state === "passed" && (test.diagnostic()?.retryCount ?? 0) > 0)
          lines.push(`Passed at its second try: ${module.relativeModuleId}, ${test.fullName}`);
      }
      if (module.state() === "failed" && module.errors().length > 0) counts.failed++;
    }
    lines.push(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
    // The default reporter writes its own summary in the same event; this must stand after it.
    process.once("exit", () => console.log(lines.join("\n")));
  }
}
