// How long a job waits before it is tried again: growing, bounded, and never the same twice.

/** Seconds before attempt number `spent` + 1: `first` doubled for each attempt spent, at most `longest`, give or take a quarter. */
export function retryDelay(spent: number, { first, longest }: { first: number; longest: number }): number {
  // without jitter, what failed together comes back together
  return Math.min(first * 2 ** Math.min(spent, 30), longest) * (0.75 + Math.random() / 2);
}
