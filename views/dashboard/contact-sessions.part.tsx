// Where a contact is signed in, and the way to end all of it.
import type { Device } from "../../src/models/contact-sessions.ts";
import { app } from "../../src/paths.ts";
import { deviceIcon, deviceName } from "../portal/device-name.ts";
import { Button } from "../ui/button.tsx";
import { momentText } from "../ui/moment.tsx";
import { Panel } from "../ui/panel.tsx";
import { Row, Rows } from "../ui/rows.tsx";
import { ContactFields, swapsContact } from "./contact-access.part.tsx";
import type { Viewing } from "./contacts-view.ts";

type SessionsProps = Viewing & { contactId: string; devices: readonly Device[] };

function EndAll({ slug, contactId, devices }: SessionsProps) {
  const action = app.contactSessions(slug, contactId);
  const question =
    devices.length === 1
      ? "Sign out everywhere? The session ends at once."
      : `Sign out everywhere? All ${devices.length} sessions end at once.`;
  return (
    <form method="post" action={action} hx-post={action} {...swapsContact} hx-confirm={question}>
      <ContactFields id={contactId} />
      <Button type="submit" small>
        Sign out everywhere
      </Button>
    </form>
  );
}

export function ContactSessions(props: SessionsProps) {
  const { devices, zone, mayAct } = props;
  return (
    <Panel
      id="contact-sessions"
      title="Sessions"
      foot={mayAct && devices.length > 0 ? <EndAll {...props} /> : undefined}
    >
      {devices.length === 0 ? (
        <p class="muted">Not signed in anywhere.</p>
      ) : (
        <Rows>
          {devices.map(({ id, userAgent, address, lastSeenAt }) => (
            <Row
              id={`session-${id}`}
              icon={deviceIcon(userAgent)}
              title={deviceName(userAgent) ?? "Unknown browser"}
              text={[address, momentText(lastSeenAt, { zone })].filter(Boolean).join(" · ")}
            />
          ))}
        </Rows>
      )}
    </Panel>
  );
}
