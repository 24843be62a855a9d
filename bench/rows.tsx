// Fifty rows of the peers' table three ways: hono/jsx, hono's html templates, and strings put together by hand. `node … bench/rows.tsx`.
import { html, raw } from "hono/html";

const people = Array.from({ length: 50 }, (_, i) => ({
  id: i,
  name: `Ada & Contact ${i}`,
  email: `contact${i}@client.example`,
  status: "Joined",
}));
type Person = (typeof people)[number];

function Row({ id, name, email, status }: Person) {
  return (
    <tr>
      <td>
        <input type="checkbox" name="id" value={id} />
      </td>
      <td>{name}</td>
      <td>{email}</td>
      <td>{status}</td>
      <td>
        <a href={`/contacts/${id}/magic-link`}>Magic link</a>
        <a href={`/contacts/${id}/invite`}>Invite</a>
      </td>
    </tr>
  );
}

const row = ({ id, name, email, status }: Person) =>
  html`<tr><td><input type="checkbox" name="id" value="${id}"/></td><td>${name}</td><td>${email}</td><td>${status}</td><td><a href="/contacts/${id}/magic-link">Magic link</a><a href="/contacts/${id}/invite">Invite</a></td></tr>`;

const escaped = (text: string) =>
  text.replace(/[&<>"']/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign] ?? "&#39;");
const line = ({ id, name, email, status }: Person) =>
  `<tr><td><input type="checkbox" name="id" value="${id}"/></td><td>${escaped(name)}</td><td>${escaped(email)}</td><td>${escaped(status)}</td><td><a href="/contacts/${id}/magic-link">Magic link</a><a href="/contacts/${id}/invite">Invite</a></td></tr>`;

// Both are strings in the end, whatever their types say.
// oxlint-disable typescript/no-base-to-string
const ways: Record<string, () => string> = {
  "hono/jsx": () =>
    (
      <tbody>
        {people.map((person) => (
          <Row {...person} />
        ))}
      </tbody>
    ).toString(),
  "html templates": () => String(html`<tbody>${people.map(row)}</tbody>`),
  "by hand": () => String(raw(`<tbody>${people.map(line).join("")}</tbody>`)),
};

for (let round = 0; round < 4; round++)
  for (const [name, draw] of Object.entries(ways)) {
    const from = process.cpuUsage();
    for (let n = 0; n < 1_000; n++) draw();
    const { user, system } = process.cpuUsage(from);
    if (round > 0) console.log(`${name.padEnd(15)} ${((user + system) / 1_000).toFixed(0)} us CPU`);
  }
