// What a worker does again and again, and what it waits for only so long.

/** Runs `work` every `ms`, the next turn only after the one before. */
export function every(
  ms: number,
  work: () => Promise<void>,
  onError: (error: unknown) => void,
): { stop(): Promise<void> } {
  let turn: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout;
  let over = false;
  const plan = () => {
    timer = setTimeout(() => {
      turn = work()
        .catch(onError)
        .finally(() => {
          if (!over) plan();
        });
    }, ms);
  };
  plan();
  return {
    async stop() {
      over = true;
      clearTimeout(timer);
      await turn;
    },
  };
}

/** Waits for `work`, but not longer than `ms`. */
export async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}
