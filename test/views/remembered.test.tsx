// Parts that are kept as text: drawn once for what they show, and each answer has its own form token.
import { expect, it } from "vitest";
import { FormToken, FormTokenContext } from "../../views/ui/form-token.tsx";
import { remembered } from "../../views/ui/remembered.tsx";
import { drawn } from "../support/drawn.ts";

it("is drawn once for the same props, and anew for others", async () => {
  let times = 0;
  const Part = remembered(({ name }: { name: string }) => {
    times += 1;
    return <p>{name}</p>;
  });
  expect(await drawn(<Part name="Maya" />)).toBe("<p>Maya</p>");
  expect(await drawn(<Part name="Maya" />)).toBe("<p>Maya</p>");
  expect(times).toBe(1);
  expect(await drawn(<Part name="<b>Maya</b>" />)).toBe("<p>&lt;b&gt;Maya&lt;/b&gt;</p>");
  expect(times).toBe(2);
});

it("is never taken for another part with the same props", async () => {
  const One = remembered(({ name }: { name: string }) => <p>{name}</p>);
  const Two = remembered(({ name }: { name: string }) => <b>{name}</b>);
  expect(await drawn(<One name="Maya" />)).toBe("<p>Maya</p>");
  expect(await drawn(<Two name="Maya" />)).toBe("<b>Maya</b>");
});

it("gives its forms the token of the answer, whoever it was drawn for first, and none where there is none", async () => {
  const Part = remembered(({ name }: { name: string }) => (
    <form method="post">
      <FormToken />
      {name}
    </form>
  ));
  const withToken = (token: string, name: string) =>
    drawn(
      <FormTokenContext.Provider value={token}>
        <Part name={name} />
      </FormTokenContext.Provider>,
    );
  const form = (token: string, name: string) =>
    `<form method="post"><input type="hidden" name="form_token" value="${token}"/>${name}</form>`;
  expect(await withToken("first-token", "Maya")).toBe(form("first-token", "Maya"));
  expect(await withToken("second_token", "Maya")).toBe(form("second_token", "Maya"));
  expect(await drawn(<Part name="Maya" />)).toBe('<form method="post">Maya</form>');
  // what somebody typed cannot stand for the token
  expect(await withToken("third", "<form-token>")).toBe(form("third", "&lt;form-token&gt;"));
});
