// What a workflow may say: whatever is kept is read into one form, and each fault is told at its place.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Invalid } from "../../src/models/errors.ts";
import {
  checkDefinition,
  type Definition,
  emptyDefinition,
  type Known,
  longestWait,
  MOST_STEPS,
  parseDefinition,
  type Step,
  stepKinds,
  type Trigger,
  waitUnits,
  workflowTriggers,
} from "../../src/models/workflow-definitions.ts";
import { findLoop } from "../../src/models/workflow-loops.ts";

const runs = { numRuns: Number(process.env.FUZZ_RUNS ?? 2_000) };
const known: Known = { templates: new Map([["t1", "News"]]) };
const WAIT: Step = { do: "wait", amount: 3, unit: "days" };

const definition = (
  trigger: Trigger,
  steps: Step[],
  conditions: Partial<Definition["conditions"]> = {},
): Definition => ({
  trigger,
  conditions: { ...emptyDefinition.conditions, ...conditions },
  steps,
  endsOnJoin: false,
});
const faults = (...args: Parameters<typeof definition>) => checkDefinition(definition(...args), known);

describe("what is kept", () => {
  test("is read into one form: tags and domains as they are kept, each once, and no more than the trigger has", () => {
    const read = parseDefinition({
      trigger: { on: "tag-added", tag: "  VIP   Client ", days: 3, more: 1 },
      conditions: {
        statuses: ["invited", "invited"],
        tags: ["A", "a", ""],
        notTags: [],
        company: "  Acme   Ltd ",
        emailDomains: ["@Müller.Example.", "acme.example"],
      },
      steps: [{ do: "add-tag", tag: "Seen", extra: true }],
      endsOnJoin: true,
    });
    expect(read).toEqual({
      trigger: { on: "tag-added", tag: "vip client" },
      conditions: {
        statuses: ["invited"],
        tags: ["a"],
        notTags: [],
        company: "Acme Ltd",
        emailDomains: ["xn--mller-kva.example", "acme.example"],
      },
      steps: [{ do: "add-tag", tag: "seen" }],
      endsOnJoin: true,
    });
    expect(parseDefinition(JSON.parse(JSON.stringify(read)))).toEqual(read);
  });

  test("may be half made: an empty number is a fault at its place, not something that cannot be read", () => {
    const half = { ...definition({ on: "not-joined" }, []), steps: [{ do: "wait", amount: Number.NaN, unit: "days" }] };
    expect(checkDefinition(parseDefinition(half), known)).toEqual({
      "trigger.days": "Use 1 to 366 days.",
      "steps.0.amount": "Use 1 to 366 days.",
    });
  });

  test("is refused in one way when it is no definition", () => {
    for (const none of [undefined, null, 1, "{}", [], {}, { ...emptyDefinition, steps: [{ do: "explode" }] }])
      expect(() => parseDefinition(none)).toThrow(Invalid);
  });
});

describe("what is refused, at its place and in words", () => {
  const cases: [Record<string, string>, ...Parameters<typeof definition>][] = [
    [{ steps: "Add a step." }, { on: "joined" }, []],
    [
      { steps: `A workflow has at most ${MOST_STEPS} steps.` },
      { on: "joined" },
      Array.from({ length: MOST_STEPS + 1 }, () => WAIT),
    ],
    [{ "trigger.tag": "Write a tag." }, { on: "tag-added", tag: "" }, [WAIT]],
    [{ "trigger.days": "Use 1 to 366 days." }, { on: "not-signed-in", days: 367 }, [WAIT]],
    [{ "steps.1.amount": "Use 1 to 366 days." }, { on: "joined" }, [WAIT, { do: "wait", amount: 0, unit: "days" }]],
    [{ "steps.0.amount": "Use 1 to 12 months." }, { on: "joined" }, [{ do: "wait", amount: 13, unit: "months" }]],
    [
      { "steps.0.weekday": "Choose a day of the week.", "steps.0.hour": "Choose an hour from 0 to 23." },
      { on: "joined" },
      [{ do: "wait-until", weekday: 8, hour: 24 }],
    ],
    [{ "steps.0.templateId": "Choose a template." }, { on: "joined" }, [{ do: "send-template", templateId: "" }]],
    [
      { "steps.0.templateId": "This template was removed. Choose another one." },
      { on: "joined" },
      [{ do: "send-template", templateId: "t2" }],
    ],
    [
      { "steps.1.tag": "This step would start the workflow again, without end." },
      { on: "tag-added", tag: "vip" },
      [WAIT, { do: "add-tag", tag: "vip" }],
    ],
    [
      { "steps.0.tag": "This step would start the workflow again, without end." },
      { on: "tag-removed", tag: "vip" },
      [{ do: "remove-tag", tag: "vip" }],
    ],
    [{ "conditions.statuses": "Revoked contacts never enter." }, { on: "joined" }, [WAIT], { statuses: ["revoked"] }],
    [
      { "conditions.notTags": "Nobody can have the tag “vip” and not have it." },
      { on: "joined" },
      [WAIT],
      { tags: ["vip"], notTags: ["x", "vip"] },
    ],
    [{ "conditions.company": "Use 100 characters or fewer." }, { on: "joined" }, [WAIT], { company: "x".repeat(101) }],
    [
      { "conditions.emailDomains": "“not a domain” is not a domain." },
      { on: "joined" },
      [WAIT],
      { emailDomains: ["not a domain"] },
    ],
  ];
  test.each(cases)("%o", (errors, ...args) => {
    expect(faults(...args)).toEqual(errors);
  });

  test("and nothing of what is right", () => {
    expect(
      faults({ on: "tag-added", tag: "vip" }, [
        { do: "send-template", templateId: "t1" },
        { do: "remove-tag", tag: "vip" },
        { do: "wait-until", weekday: 7, hour: 0 },
        { do: "stop" },
      ]),
    ).toEqual({});
    for (const unit of waitUnits)
      expect(faults({ on: "joined" }, [{ do: "wait", amount: longestWait[unit], unit }])).toEqual({});
  });
});

describe("workflows that start each other", () => {
  const named = (name: string, trigger: Trigger, ...steps: Step[]) => ({
    name,
    definition: definition(trigger, steps),
  });
  const mine = definition({ on: "tag-added", tag: "a" }, [{ do: "add-tag", tag: "b" }]);

  test("are found however long the way around is, and named by the one that comes next", () => {
    const others = [
      named("Other", { on: "tag-added", tag: "b" }, { do: "remove-tag", tag: "c" }),
      named("Last", { on: "tag-removed", tag: "c" }, { do: "add-tag", tag: "a" }),
    ];
    expect(findLoop(mine, others)).toBe("Other");
    expect(findLoop(mine, others.slice(0, 1))).toBeUndefined();
  });

  test("are let be when there is a wait on the way, or a stop before it", () => {
    const trigger: Trigger = { on: "tag-added", tag: "b" };
    expect(findLoop(mine, [named("Waits", trigger, WAIT, { do: "add-tag", tag: "a" })])).toBeUndefined();
    expect(findLoop(mine, [named("Stops", trigger, { do: "stop" }, { do: "add-tag", tag: "a" })])).toBeUndefined();
    expect(findLoop(mine, [named("Loops", trigger, { do: "add-tag", tag: "a" }, WAIT)])).toBe("Loops");
  });

  test("are not looked for without end among others that go round by themselves", () => {
    const others = [
      named("One", { on: "tag-added", tag: "b" }, { do: "add-tag", tag: "c" }),
      named("Two", { on: "tag-added", tag: "c" }, { do: "add-tag", tag: "b" }),
    ];
    expect(findLoop(mine, others)).toBeUndefined();
  });
});

const text = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.constantFrom("", "vip", "t1", "acme.example", "__proto__", "\ud800", "a\u0000b", "İ".repeat(300), "@..", "xn--a"),
);
const almost = fc.record(
  {
    trigger: fc.record(
      {
        on: fc.oneof(fc.constantFrom(...workflowTriggers), text),
        tag: text,
        days: fc.oneof(fc.integer(), fc.double()),
      },
      { requiredKeys: ["on"] },
    ),
    conditions: fc.record({
      statuses: fc.array(fc.constantFrom("invited", "joined", "revoked", "not-invited")),
      tags: fc.array(text),
      notTags: fc.array(text),
      company: text,
      emailDomains: fc.array(text),
    }),
    steps: fc.array(
      fc.record(
        {
          do: fc.constantFrom(...stepKinds),
          tag: text,
          templateId: text,
          amount: fc.oneof(fc.integer(), fc.double(), fc.constant(null)),
          unit: fc.constantFrom(...waitUnits),
          weekday: fc.integer(),
          hour: fc.integer(),
        },
        { requiredKeys: ["do", "unit", "tag", "templateId"] },
      ),
    ),
    endsOnJoin: fc.boolean(),
  },
  { requiredKeys: ["trigger", "conditions", "steps", "endsOnJoin"] },
);

test("whatever is read is a definition or Invalid, the same when read again, and can be checked", () => {
  let read = 0;
  fc.assert(
    fc.property(fc.oneof({ weight: 3, arbitrary: almost }, fc.anything(), fc.jsonValue()), (value) => {
      let parsed: Definition;
      try {
        parsed = parseDefinition(value);
      } catch (error) {
        expect(error).toBeInstanceOf(Invalid);
        return;
      }
      read += 1;
      // the database takes it as jsonb
      expect(JSON.stringify(parsed)).not.toMatch(/\\u(0000|d[89a-f])/i);
      const again = parseDefinition(JSON.parse(JSON.stringify(parsed)));
      expect(again).toEqual(parsed);
      const errors = checkDefinition(parsed, known);
      for (const [path, message] of Object.entries(errors)) {
        expect(path).toMatch(/^(trigger|conditions|steps)(\.\w+)*$/);
        expect(message).toMatch(/\.$/);
      }
      findLoop(parsed, [{ name: "Itself", definition: parsed }]);
    }),
    runs,
  );
  expect(read).toBeGreaterThan(runs.numRuns / 10);
});
