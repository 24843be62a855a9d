// The records to set for a domain, each with copy buttons and whether it was found; and everything that the last check saw.
import type { Child } from "hono/jsx";
import type { Domain, LastCheck } from "../../src/models/domains.ts";
import { CopyLine } from "../ui/copy.tsx";
import { Status } from "../ui/status.tsx";
import { Table } from "../ui/table.tsx";
import type { DomainView } from "./domain-words.ts";

type Found = "yes" | "not-yet" | "not-needed" | "wrong" | "no-answer";
type Wanted = { type: "CNAME" | "TXT" | "A" | "AAAA"; name: string; value: string; found: Found };

const words = {
  yes: { word: "Yes", icon: "done", tone: "good" },
  "not-yet": { word: "Not yet", icon: "clock" },
  "not-needed": { word: "Not needed", icon: "none" },
  wrong: { word: "Wrong value", icon: "fail", tone: "bad" },
  "no-answer": { word: "No answer", icon: "clock", tone: "wait" },
} as const;

type Seen = LastCheck["records"]["txt"];

function foundIn(seen: Seen | undefined, value: string): Found {
  if (!seen || seen.trouble === "disagree") return "not-yet";
  if (seen.trouble === "no-answer") return "no-answer";
  if (seen.values.includes(value) && !seen.trouble) return "yes";
  return seen.values.length > 0 ? "wrong" : "not-yet";
}

/** The records that lead a name here and prove it. An apex can hold no CNAME and gets our addresses instead. */
export function recordsFor({ name, apex, state, needsTxt, records, lastCheck }: Domain): Wanted[] {
  const seen = lastCheck?.records;
  // Once it is proven and answers, what is missing was not needed: the TXT record beside a CNAME, or a CNAME behind a proxy.
  const spare = (found: Found, needed: boolean): Found =>
    state === "active" && found !== "yes" && !needed && lastCheck?.reachable === "yes" ? "not-needed" : found;
  const txt: Wanted = {
    type: "TXT",
    name: records.txtName,
    value: records.txtValue,
    found: spare(foundIn(seen?.txt, records.txtValue), needsTxt),
  };
  if (!apex) {
    const found = spare(foundIn(seen?.cname, records.target), false);
    return [{ type: "CNAME", name, value: records.target, found }, txt];
  }
  return [...addressRecords(name, seen), txt];
}

function addressRecords(name: string, seen: LastCheck["records"] | undefined): Wanted[] {
  return (["a", "aaaa"] as const).flatMap((family) =>
    (seen?.expected[family].values ?? []).map((value) => ({
      type: family === "a" ? "A" : "AAAA",
      name,
      value,
      found: foundIn(seen?.[family], value),
    })),
  );
}

const relative = (name: string, zone: string) =>
  name === zone ? "@" : name.endsWith(`.${zone}`) ? name.slice(0, -zone.length - 1) : name;

export function DomainRecords({ domain }: { domain: Domain }) {
  const head = ["Type", "Name", "Value", "Found"].map((label) => <th scope="col">{label}</th>);
  return (
    <div class="records">
      <Table caption={`DNS records to set for ${domain.name}`} kind="cards" head={head}>
        {recordsFor(domain).map(({ type, name, value, found }) => (
          <tr>
            <td data-label="Type">
              <code>{type}</code>
            </td>
            <td data-label="Name">
              <div>
                <CopyLine value={relative(name, domain.zone)} name={`name of the ${type} record`} />
                <small class="muted break">{name}</small>
              </div>
            </td>
            <td data-label="Value">
              <CopyLine value={value} name={`value of the ${type} record`} />
            </td>
            <td data-label="Found">
              <Status {...words[found]} />
            </td>
          </tr>
        ))}
      </Table>
    </div>
  );
}

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
      <Table caption={`What the last check of ${domain.name} found`} kind="cards" head={head}>
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
