// A length of time in words, as links and waits are told.

/** "30 minutes", "24 hours", "3 days": in the largest unit that divides the seconds. */
export function durationText(seconds: number): string {
  const units = [
    [86_400, "day"],
    [3_600, "hour"],
    [60, "minute"],
  ] as const;
  const [size, unit] = units.find(([size]) => seconds % size === 0 && seconds / size > (size === 86_400 ? 1 : 0)) ?? [
    1,
    "second",
  ];
  const count = seconds / size;
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}
