// What a device is called, from what its browser says of itself.
import type { IconName } from "../ui/icon.tsx";

// The order matters: most browsers also name the ones that they descend from.
const browsers: readonly [RegExp, string][] = [
  [/\bEdg(?:e|A|iOS)?\//, "Edge"],
  [/\bOPR\/|\bOpera\b/, "Opera"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\bFirefox\/|\bFxiOS\//, "Firefox"],
  [/\b(?:Headless)?Chrome\/|\bCriOS\//, "Chrome"],
  [/\bSafari\//, "Safari"],
];
const systems: readonly [RegExp, string, IconName][] = [
  [/\biPhone\b/, "iPhone", "phone"],
  [/\biPad\b/, "iPad", "phone"],
  [/\bAndroid\b/, "Android", "phone"],
  [/\bWindows\b/, "Windows", "monitor"],
  [/\bCrOS\b/, "ChromeOS", "monitor"],
  [/\bMac OS X\b|\bMacintosh\b/, "macOS", "monitor"],
  [/\bLinux\b/, "Linux", "monitor"],
];

/** "Safari on iPhone", "Firefox", "Windows"; undefined when the browser says nothing that is known. */
export function deviceName(userAgent: string | null | undefined): string | undefined {
  const text = userAgent ?? "";
  const browser = browsers.find(([pattern]) => pattern.test(text))?.[1];
  const system = systems.find(([pattern]) => pattern.test(text))?.[1];
  return browser && system ? `${browser} on ${system}` : (browser ?? system);
}

/** The picture of a device: a phone or a screen. */
export function deviceIcon(userAgent: string | null | undefined): IconName {
  return systems.find(([pattern]) => pattern.test(userAgent ?? ""))?.[2] ?? "monitor";
}
