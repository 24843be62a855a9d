// Seals: iron-session opens what we seal, for as long as it should, and nothing that was changed.
import { sealData, unsealData } from "iron-session";
import { describe, expect, it } from "vitest";
import { seal } from "../../src/web/seal.ts";

const every = {
  "1": "the older password, of more than 32 characters",
  "2": "the newer password, of more than 32 characters",
};
const passwords = { newest: "2", every };
const data = { sid: "a".repeat(43), words: "Grüße – ☂" };

describe("A seal of ours", () => {
  it("is opened by iron-session, with every password that may be active", async () => {
    expect(await unsealData(seal(data, passwords, 60), { password: every, ttl: 60 })).toEqual(data);
    const old = seal(data, { newest: "1", every }, 60);
    expect(await unsealData(old, { password: every, ttl: 60 })).toEqual(data);
    expect(await unsealData(seal(data, passwords, 60), { password: { "1": every["1"] }, ttl: 60 })).toEqual({});
  });

  it("looks like one of iron-session's, and no two are alike", async () => {
    const shape = (text: string) => text.split("*").map((part) => part.replace(/~2$/, "").length);
    const theirs = await sealData(data, { password: every, ttl: 60 });
    const ours = seal(data, passwords, 60);
    expect(shape(ours)).toEqual(shape(theirs));
    expect(ours.split("*")[1]).toBe("2");
    const again = seal(data, passwords, 60).split("*");
    for (const [i, part] of ours.split("*").entries()) if (![0, 1, 5].includes(i)) expect(again[i]).not.toBe(part);
  });

  it("opens no longer when its time is over or any part of it was changed", async () => {
    const options = { password: every, ttl: 60 };
    expect(await unsealData(seal(data, passwords, -120), options)).toEqual({});
    const parts = seal(data, passwords, 60).replace(/~2$/, "").split("*");
    const other = seal({ ...data, sid: "b".repeat(43) }, passwords, 90)
      .replace(/~2$/, "")
      .split("*");
    for (const i of parts.keys()) {
      if (parts[i] === other[i]) continue;
      const mixed = parts.with(i, other[i] ?? "").join("*");
      expect(await unsealData(`${mixed}~2`, options), `part ${i}`).toEqual({});
    }
  });

  it("is not made with a password that is too short", () => {
    expect(() => seal(data, { newest: "1", every: { "1": "short" } }, 60)).toThrow("32 characters");
  });
});
