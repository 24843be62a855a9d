// A peer of the benchmark `dashboard`: the same page as server components alone, its actions plain links that are not fetched ahead.
import { dashboard, status } from "../../../../data.mjs";

export const dynamic = "force-dynamic";

export default async function Page({ params }) {
  const { tenant } = await params;
  const { contacts, invited, joined } = await dashboard(Number(tenant));
  return (
    <>
      <h1>Client portal</h1>
      <p>
        Invited <b>{invited}</b> Joined <b>{joined}</b>
      </p>
      <table>
        <thead>
          <tr>
            <th></th>
            <th>Name</th>
            <th>E-mail</th>
            <th>Phone</th>
            <th>Status</th>
            <th>Actions</th>
          </tr>
        </thead>
        <tbody>
          {contacts.map((c) => (
            <tr key={c.id}>
              <td>
                <input type="checkbox" name="id" value={c.id} readOnly />
              </td>
              <td>
                {c.first_name} {c.last_name}
              </td>
              <td>{c.email}</td>
              <td>{c.phone}</td>
              <td>{status(c)}</td>
              <td>
                <a href={`/contacts/${c.id}/magic-link`}>Magic link</a> <a href={`/contacts/${c.id}/invite`}>Invite</a>{" "}
                <a href={`/contacts/${c.id}/login-email`}>Login e-mail</a>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
