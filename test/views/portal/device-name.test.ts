// What a contact's devices are called.
import { expect, it } from "vitest";
import { deviceIcon, deviceName } from "../../../views/portal/device-name.ts";
import { durationText } from "../../../views/portal/duration.ts";

const webkit = "AppleWebKit/605.1.15 (KHTML, like Gecko)";

it.each([
  [
    `Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) ${webkit} Version/18.0 Mobile/15E148 Safari/604.1`,
    "Safari on iPhone",
    "phone",
  ],
  [
    `Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) ${webkit} CriOS/140.0 Mobile/15E148 Safari/604.1`,
    "Chrome on iPhone",
    "phone",
  ],
  [
    "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36",
    "Chrome on Android",
    "phone",
  ],
  [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
    "Edge on Windows",
    "monitor",
  ],
  [
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Firefox on macOS",
    "monitor",
  ],
  ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux", "monitor"],
])("is called by its browser and system: %s", (userAgent, name, icon) => {
  expect(deviceName(userAgent)).toBe(name);
  expect(deviceIcon(userAgent)).toBe(icon);
});

it("has no name when the browser says nothing that is known", () => {
  expect(deviceName("curl/8.0")).toBeUndefined();
  expect(deviceName(null)).toBeUndefined();
  expect(deviceIcon(undefined)).toBe("monitor");
});

it("says lengths of time in the largest unit that divides them", () => {
  expect(durationText(1_800)).toBe("30 minutes");
  expect(durationText(3_600)).toBe("1 hour");
  expect(durationText(86_400)).toBe("24 hours");
  expect(durationText(259_200)).toBe("3 days");
});
