// The records to set for a domain, each with copy buttons and whether the last check found it.
import type { Domain, LastCheck } from "../../src/models/domains.ts";
import { CopyLine } from "../ui/copy.tsx";
import { Status } from "../ui/status.tsx";
import { Table } from "../ui/table.tsx";

type Found = "yes" | "not-yet" | "not-needed" | "wrong" | "no-answer";
type Wanted = { type: "CNAME" | "TXT" | "A" | "AAAA"; name: string; value: string; found: Found };

const words = {
  yes: { word: "Yes", icon: "done", tone: "good" },
  "not-yet": { word: "Not yet", icon: "clock" },
  "not-needed": { word: "Not needed", icon: "none" },
  wrong: { word: "Wrong value", icon: "fail", tone: "bad" },
  "no-answer": { word: "No answer", icon: "clock", tone: "wait" },
} as const;

// What DNS has room for: the TXT record of a name that is nearly as long cannot be set.
const LONGEST = 253;

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
    const cname: Wanted = { type: "CNAME", name, value: records.target, found };
    return records.txtName.length > LONGEST ? [cname] : [cname, txt];
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
      <Table caption={`DNS records to set for ${domain.shownName}`} kind="cards" head={head}>
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
