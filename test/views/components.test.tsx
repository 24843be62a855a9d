// What the components decide: how errors are tied to inputs, what is escaped, which words and shapes a state has.
import { beforeAll, describe, expect, it } from "vitest";
import { loadAssets } from "../../src/web/assets.ts";
import { passed } from "../../views/ui/attributes.ts";
import { Avatar, initials, Who } from "../../views/ui/avatar.tsx";
import { BulkBar } from "../../views/ui/bulk-bar.tsx";
import { Button } from "../../views/ui/button.tsx";
import { Marked } from "../../views/ui/combo.tsx";
import { Dialog } from "../../views/ui/dialog.tsx";
import { FormToken, FormTokenContext } from "../../views/ui/form-token.tsx";
import { TextareaField, TextField } from "../../views/ui/input.tsx";
import { maskedEmail } from "../../views/ui/mask.ts";
import { PasswordField } from "../../views/ui/password-field.tsx";
import { SelectField } from "../../views/ui/select.tsx";
import { contactStates, domainStates, EmailStatus, emailStates } from "../../views/ui/status.tsx";
import { Toast } from "../../views/ui/toast.tsx";
import { drawn } from "../support/drawn.ts";

const hostile = `<img src=x onerror=alert(1)>"'&`;

beforeAll(() => loadAssets());

describe("a field", () => {
  it("ties its error and its hint to the input, the error first", async () => {
    const html = await drawn(
      <TextField id="email" name="email" label="Email" value="a@" error="Add a domain." hint="At work" />,
    );
    expect(html).toContain('aria-describedby="email-error email-hint"');
    expect(html).toContain('aria-invalid="true"');
    expect(html).toContain('id="email-error"');
    expect(html).toContain('id="email-hint"');
    expect(html).toContain('for="email"');
  });

  it("keeps what was typed, and says nothing of errors when there are none", async () => {
    const html = await drawn(<TextField id="name" name="name" label="Name" value={hostile} />);
    expect(html).toContain('value="&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;"');
    expect(html).not.toContain("aria-invalid");
    expect(html).not.toContain("aria-describedby");
  });

  it("never repeats a password", async () => {
    const html = await drawn(<PasswordField id="password" autocomplete="current-password" error="No match." />);
    expect(html).not.toContain(" value=");
    expect(html).toContain('autocomplete="current-password"');
  });

  it("counts the characters of a message as the browser limits them", async () => {
    const html = await drawn(
      <TextareaField id="m" name="message" label="Message" counted maxlength={500} value={"\n🙂 hi"} />,
    );
    expect(html).toContain("6 of 500");
    expect(html).toContain('aria-describedby="m-count"');
  });

  it("keeps the line break that a textarea begins with", async () => {
    const html = await drawn(<TextareaField id="m" name="message" label="Message" value={"\nhi"} />);
    expect(html).toContain(">\n\nhi</textarea>");
  });

  it("selects the option that was chosen and no other", async () => {
    const options = [
      { value: "1h", label: "1 hour" },
      { value: "24h", label: "24 hours" },
    ];
    const html = await drawn(<SelectField id="l" name="lifetime" label="Works for" options={options} value="24h" />);
    expect(html).toContain('<option value="24h" selected="">');
    expect(html.match(/selected/g)).toHaveLength(1);
  });
});

describe("escaping", () => {
  it("shows hostile names as text, in elements and in attributes", async () => {
    const parts = [
      <Who name={hostile} detail={hostile} href="/x" />,
      <Avatar name={hostile} />,
      <Button about={hostile}>{hostile}</Button>,
      <Toast tone="good" title={hostile} text={hostile} />,
      <Marked text={hostile} query="img" />,
      <Dialog id="d" title={hostile} closeHref="/" foot="">
        {hostile}
      </Dialog>,
    ];
    for (const part of parts) expect(await drawn(part)).not.toMatch(/<img|<[^>]*\sonerror=[^>]*>/);
  });

  it("passes on htmx, data and aria attributes and no others", () => {
    const props = {
      "hx-get": "/x",
      "data-id": "1",
      "aria-label": "x",
      onclick: "evil()",
      style: "x",
      'hx-x"onclick': "y",
    };
    expect(Object.keys(passed(props))).toEqual(["hx-get", "data-id", "aria-label"]);
  });
});

describe("initials", () => {
  it.each([
    ["Maya Okafor", "MO"],
    ["Rosa Jiménez Villanueva", "RV"],
    ["Halden & Rye", "HR"],
    ["élodie", "É"],
    ["nadia.stone@stonecroft.example", "NS"],
    ["李 小龙", "李小"],
    ["🙂", "?"],
    ["", "?"],
  ])("of %s are %s", (name, letters) => {
    expect(initials(name)).toBe(letters);
  });
});

describe("statuses", () => {
  it("have the words of the design", () => {
    expect(Object.values(contactStates).map(({ word }) => word)).toEqual([
      "Not invited",
      "Invited",
      "Joined",
      "Revoked",
    ]);
    expect(Object.values(emailStates).map(({ word }) => word)).toEqual(
      "Queued Sending Sent Delayed Bounced Suppressed Failed Cancelled".split(" "),
    );
    expect(Object.values(domainStates).map(({ word }) => word)).toEqual([
      "Waiting for DNS",
      "Issuing certificate",
      "Active",
      "Failing",
      "Included",
    ]);
  });

  it("are a shape and a word, so that colour is never alone", async () => {
    const html = await drawn(<EmailStatus state="bounced" />);
    expect(html).toContain("#i-fail");
    expect(html).toContain("Bounced");
  });
});

describe("a masked address", () => {
  it.each([
    ["jane@acme.example", "j•••@acme.example"],
    ["é@x.example", "é•••@x.example"],
    ["no address", "•••"],
  ])("of %s is %s", (email, masked) => {
    expect(maskedEmail(email)).toBe(masked);
  });
});

describe("the bulk bar", () => {
  const bar = (total: number) =>
    drawn(
      <BulkBar id="bulk" label="Actions" total={total} shown={50} action="/x" filter={{ status: "invited", q: "" }}>
        x
      </BulkBar>,
    );

  it("offers all that match only when there are more than the page shows", async () => {
    expect(await bar(214)).toContain("Select all 214");
    expect(await bar(50)).not.toContain("Select all");
  });

  it("sends the filter along, and all=1 only once it is asked for", async () => {
    const html = await bar(214);
    expect(html).toContain('name="status" value="invited"');
    expect(html).not.toContain('name="q"');
    expect(html).toMatch(/name="all" value="1"[^>]*disabled/);
  });
});

describe("a form's token", () => {
  it("stands in every form of an answer that provides one, and nowhere else", async () => {
    const form = <form>{<FormToken />}</form>;
    expect(await drawn(<FormTokenContext.Provider value="abc">{form}</FormTokenContext.Provider>)).toContain(
      '<input type="hidden" name="form_token" value="abc"/>',
    );
    expect(await drawn(<form>{<FormToken />}</form>)).toBe("<form></form>");
  });
});
