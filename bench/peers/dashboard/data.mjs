// What every peer of the benchmark `dashboard` asks: the 50 newest contacts in the order of an index, and two counts.
import pg from "pg";

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
const list =
  "select id, first_name, last_name, email, phone, invited_at, joined_at from contact where tenant_id = $1 order by created_at desc, id desc limit 50";
const invited = "select count(*)::int n from contact where tenant_id = $1 and invited_at is not null";
const joined = "select count(*)::int n from contact where tenant_id = $1 and joined_at is not null";

/** The contacts of a tenant's first page, and how many are invited and joined. */
export async function dashboard(tenant) {
  const values = [tenant];
  const [contacts, i, j] = await Promise.all([list, invited, joined].map((text) => pool.query({ text, values })));
  return { contacts: contacts.rows, invited: i.rows[0].n, joined: j.rows[0].n };
}

export const status = (contact) => (contact.joined_at ? "Joined" : contact.invited_at ? "Invited" : "Not invited");
