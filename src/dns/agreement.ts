// Holds the answers of several resolvers against each other: what they all say is an answer, everything else is not.
import type { Answer, RecordType, Resolver } from "./resolvers.ts";

/** What the resolvers say together. With a `trouble` the values are what any of them said, to be shown and never to be acted on. */
export type Seen = {
  values: readonly string[];
  trouble?: "no-answer" | "disagree" | "loop" | "too-long";
  /** What happened instead of an answer, in words for the screen. */
  why?: string;
};

/** Asks every resolver and returns what they agree on. Only values that `relevant` keeps are compared and returned. */
export async function lookUp(
  resolvers: readonly Resolver[],
  name: string,
  type: RecordType,
  relevant: (value: string) => boolean = () => true,
): Promise<Seen> {
  const answers = await Promise.all(resolvers.map((resolver) => resolver.ask(name, type)));
  const kept = answers.map((answer) =>
    answer.kind === "found" ? { ...answer, values: answer.values.filter(relevant) } : answer,
  );
  return type === "A" || type === "AAAA" ? overlap(kept) : same(kept);
}

/** The values when all answers hold the same ones, in any order. */
export function same(answers: readonly Answer[]): Seen {
  const trouble = unanswered(answers);
  if (trouble) return trouble;
  const lists = answers.map(valuesOf).map((values) => [...new Set(values)].toSorted());
  const [first = []] = lists;
  if (lists.every((list) => list.join("\n") === first.join("\n"))) return { values: first };
  return { values: [...new Set(lists.flat())], trouble: "disagree" };
}

/** The values that all answers share: servers with many addresses give every asker a few of them. */
export function overlap(answers: readonly Answer[]): Seen {
  const trouble = unanswered(answers);
  if (trouble) return trouble;
  const lists = answers.map(valuesOf);
  const [first = [], ...others] = lists;
  const shared = first.filter((value) => others.every((list) => list.includes(value))).toSorted();
  if (shared.length > 0 || lists.every((list) => list.length === 0)) return { values: shared };
  return { values: [...new Set(lists.flat())].toSorted(), trouble: "disagree" };
}

const valuesOf = (answer: Answer) => (answer.kind === "found" ? answer.values : []);

function unanswered(answers: readonly Answer[]): Seen | undefined {
  const silent = answers.find((answer) => answer.kind === "no-answer");
  if (answers.length > 0 && !silent) return undefined;
  return {
    values: [...new Set(answers.flatMap(valuesOf))],
    trouble: "no-answer",
    why: silent ? silent.why : "no DNS server is configured",
  };
}
