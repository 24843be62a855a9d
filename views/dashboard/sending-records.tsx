// The records to set for a sending domain, each with copy buttons, what it is for, and how it was found.
import type { Finding } from "../../src/models/sending-domains.ts";
import { CopyLine } from "../ui/copy.tsx";
import { Disclosure } from "../ui/disclosure.tsx";
import { Status } from "../ui/status.tsx";
import { Table } from "../ui/table.tsx";
import { foundWords, purposes, type SendingView, type ShownRecord } from "./sending-words.ts";

export function SendingRecords({ domain, records }: SendingView) {
  const head = ["Type", "Name", "Value", "Found"].map((label) => <th scope="col">{label}</th>);
  return (
    <div class="records sending-records">
      <Table caption={`DNS records to set for ${domain.shownDomain}`} kind="cards" head={head}>
        {records.map((record) => (
          <RecordRow record={record} finding={domain.lastCheck?.findings[record.kind]} />
        ))}
      </Table>
    </div>
  );
}

function RecordRow({ record, finding }: { record: ShownRecord; finding: Finding | undefined }) {
  const { kind, type, name, relative, value, required } = record;
  const about = `${kind === "proof" ? "ownership" : kind === "bounce" ? "return path" : kind.toUpperCase()} record`;
  return (
    <tr>
      <td data-label="Type">
        <code>{type}</code>
      </td>
      <td data-label="Name">
        <div>
          <CopyLine value={relative} name={`name of the ${about}`} />
          <small class="muted break">{name}</small>
        </div>
      </td>
      <td data-label="Value">
        <div>
          <CopyLine value={value} name={`value of the ${about}`} />
          <small class="muted">{`${purposes[kind]}. ${required ? "Needed." : "Recommended."}`}</small>
          <Strings record={record} about={about} />
        </div>
      </td>
      <td data-label="Found">
        <div>
          <Status {...foundWords[finding?.found ?? "missing"]} />
          {finding && finding.found !== "unknown" && <Reason finding={finding} />}
        </div>
      </td>
    </tr>
  );
}

// Some providers take the strings as DNS keeps them, in quotes; most take the value whole and cut it themselves.
function Strings({ record: { strings }, about }: { record: ShownRecord; about: string }) {
  if (strings.length < 2) return null;
  return (
    <Disclosure summary="For providers with a limit of 255 characters">
      <CopyLine
        value={strings.map((text) => `"${text}"`).join(" ")}
        name={`value of the ${about}, in quoted strings`}
      />
    </Disclosure>
  );
}

function Reason({ finding: { found, values, why } }: { finding: Finding }) {
  return (
    <>
      {why && (
        <div>
          <small>{why}</small>
        </div>
      )}
      {found === "wrong" &&
        values.map((value) => (
          <div>
            <small class="muted">
              We found <code class="break">{value}</code>
            </small>
          </div>
        ))}
    </>
  );
}
