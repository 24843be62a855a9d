// A test mail to oneself: the button, and what the message that left would be judged as.
import type { TestResult } from "../../src/models/sending-domains.ts";
import { app } from "../../src/paths.ts";
import { Button } from "../ui/button.tsx";
import { Setting } from "../ui/check.tsx";
import { FormToken } from "../ui/form-token.tsx";
import { momentText } from "../ui/moment.tsx";
import { Status } from "../ui/status.tsx";
import { Table } from "../ui/table.tsx";
import type { SendingPartProps } from "./sending-domain.part.tsx";
import { resultWords } from "./sending-words.ts";

export function SendingTest(props: SendingPartProps) {
  const { domain, zone, now } = props;
  if (domain.state !== "verified" && !domain.lastTest) return null;
  const { lastTest } = domain;
  const hint = domain.testing
    ? "On its way."
    : lastTest
      ? `Last sent ${momentText(new Date(lastTest.at), { zone, now, inSentence: true })} from ${lastTest.from}.`
      : "Goes to your own address, from this domain.";
  return (
    <>
      <Setting title="Test mail" hint={hint}>
        {props.mayChange && domain.state === "verified" && <SendTest {...props} />}
      </Setting>
      {lastTest && <Verdicts test={lastTest} />}
    </>
  );
}

function SendTest({ domain, slug }: SendingPartProps) {
  const action = app.sendingTests(slug, domain.id);
  return (
    <form method="post" action={action} hx-post={action} hx-target={`#sending-${domain.id}`} hx-swap="outerHTML">
      <FormToken />
      <Button
        type="submit"
        small
        icon="send"
        about={`from ${domain.shownDomain}`}
        id={`sending-${domain.id}-test`}
        disabled={domain.testing}
      >
        Send me a test
      </Button>
    </form>
  );
}

function Verdicts({ test }: { test: TestResult }) {
  const head = ["Check", "Result", "Why"].map((label) => <th scope="col">{label}</th>);
  const delivery = test.delivered ? ({ word: "Sent", icon: "done", tone: "good" } as const) : FAILED;
  return (
    <div class="records">
      <Table caption="How the last test mail is judged" kind="cards" head={head}>
        {(["dkim", "spf", "dmarc"] as const).map((check) => (
          <Verdict name={check.toUpperCase()} look={resultWords[test[check].result]} detail={test[check].detail} />
        ))}
        <Verdict name="Delivery" look={delivery} detail={test.delivery} />
      </Table>
    </div>
  );
}

const FAILED = { word: "Not sent", icon: "fail", tone: "bad" } as const;

type VerdictProps = { name: string; look: Parameters<typeof Status>[0]; detail: string };

function Verdict({ name, look, detail }: VerdictProps) {
  return (
    <tr>
      <td data-label="Check">{name}</td>
      <td data-label="Result">
        <Status {...look} />
      </td>
      <td data-label="Why">
        <span class="break">{detail}</span>
      </td>
    </tr>
  );
}
