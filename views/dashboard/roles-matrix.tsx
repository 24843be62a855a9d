// What each role may do, as a table of yes and no.
import { Icon } from "../ui/icon.tsx";
import { permissions, roleWords } from "./team-words.ts";

// In the order of what they may do: each may do all that the next ones may.
const roles = ["owner", "admin", "member", "viewer"] as const;

function Answer({ yes }: { yes: boolean }) {
  return (
    <td>
      {yes ? (
        <Icon name="check" />
      ) : (
        <span class="no" aria-hidden="true">
          –
        </span>
      )}
      <span class="sr-only">{yes ? "Yes" : "No"}</span>
    </td>
  );
}

export function RolesMatrix() {
  return (
    <section class="panel" aria-labelledby="team-roles">
      <div class="panel__head">
        <h2 id="team-roles">What each role can do</h2>
      </div>
      <div class="panel__gap" />
      {/* it scrolls, so it can be reached by the keyboard */}
      <div class="scroll-x" tabindex={0} role="region" aria-label="Table of permissions, scrolls sideways">
        <table class="table matrix">
          <thead>
            <tr>
              <th scope="col">Permission</th>
              {roles.map((role) => (
                <th scope="col">{roleWords[role]}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {permissions.map(({ what, needs }) => (
              <tr>
                <th scope="row">{what}</th>
                {roles.map((role) => (
                  <Answer yes={roles.indexOf(role) <= roles.indexOf(needs)} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
