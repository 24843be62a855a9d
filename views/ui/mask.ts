// Addresses shown to somebody who has not proven that they are his.

/** An e-mail address with only its first letter and its domain: "j•••@acme.example". */
export function maskedEmail(email: string): string {
  const at = email.lastIndexOf("@");
  if (at < 1) return "•••";
  return `${/./u.exec(email)?.[0] ?? ""}•••${email.slice(at)}`;
}
