// Everything that the last check of a domain saw, beside what it looked for.
import type { Child } from "hono/jsx";
import type { LastCheck } from "../../src/models/domains.ts";
import { Table } from "../ui/table.tsx";
import type { DomainView } from "./domain-notes.ts";

type Seen = LastCheck["records"]["txt"];

function Values({ values, none }: { values: readonly string[]; none: string }) {
  if (values.length === 0) return <span class="muted">{none}</span>;
  return values.map((value) => (
    <div>
      <code class="break">{value}</code>
    </div>
  ));
}

const troubles = {
  "no-answer": "No answer",
  disagree: "Two DNS servers say different things",
  loop: "Leads in a circle",
  "too-long": "Too many in a row",
} as const;

function SeenCell({ seen }: { seen: Seen }) {
  return (
    <>
      {seen.trouble && <div>{troubles[seen.trouble] + (seen.why ? ` (${seen.why})` : "")}</div>}
      {(!seen.trouble || seen.values.length > 0) && <Values values={seen.values} none="None" />}
    </>
  );
}

const answers = {
  ours: "Our server answers",
  other: "Another server answers",
  unreachable: "No answer",
  private: "Not on the internet",
  unclear: "Could not be asked",
} as const;

type Answer = NonNullable<LastCheck["probe"]>["https"];

function answerWords(answer: Answer | null | undefined): string {
  if (!answer) return "Not asked";
  const trust = answer.untrusted ? ` Certificate: ${answer.untrusted}.` : "";
  return `${answers[answer.result]}. ${answer.result === "ours" ? "" : (answer.why ?? "")}${trust}`.trim();
}

/** Everything that the last check saw, beside what it looked for. */
export function LastCheckTable({ domain, https }: DomainView) {
  const check = domain.lastCheck;
  if (!check) return null;
  const { records, probe, proxy } = check;
  const { target, txtValue } = domain.records;
  const head = ["Checked", "Found", "Expected"].map((label) => <th scope="col">{label}</th>);
  const row = (label: string, found: Child, expected: Child) => (
    <tr>
      <td data-label="Checked">{label}</td>
      <td data-label="Found">
        <div>{found}</div>
      </td>
      <td data-label="Expected">
        <div>{expected}</div>
      </td>
    </tr>
  );
  const any = <span class="muted">Any</span>;
  const addresses = (family: "a" | "aaaa") =>
    records.expected[family].values.length > 0 ? (
      <Values values={records.expected[family].values} none="None" />
    ) : (
      <span class="muted">None</span>
    );
  return (
    <div class="records">
      <Table caption={`What the last check of ${domain.shownName} found`} kind="cards" head={head}>
        {row("CNAME", <SeenCell seen={records.cname} />, domain.apex ? any : <code class="break">{target}</code>)}
        {row("TXT", <SeenCell seen={records.txt} />, <code class="break">{txtValue}</code>)}
        {row("A", <SeenCell seen={records.a} />, addresses("a"))}
        {row("AAAA", <SeenCell seen={records.aaaa} />, addresses("aaaa"))}
        {row("CAA", <SeenCell seen={records.caa} />, <span class="muted">None, or one for our authority</span>)}
        {row("Proxy", proxy ?? <span class="muted">None seen</span>, any)}
        {row("HTTPS", probe ? answerWords(probe.https) : "Asked once verified", "Our server answers")}
        {row("HTTP", probe ? answerWords(probe.http) : "Asked once verified", https ? any : "Our server answers")}
      </Table>
    </div>
  );
}
