// Where a contact is signed in, with a way out of each.
import type { Device } from "../../src/models/contact-sessions.ts";
import { portal } from "../../src/paths.ts";
import { Badge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { FormToken } from "../ui/form-token.tsx";
import { momentText } from "../ui/moment.tsx";
import { Panel } from "../ui/panel.tsx";
import { Row, Rows } from "../ui/rows.tsx";
import { deviceIcon, deviceName } from "./device-name.ts";

type DevicesProps = { devices: readonly Device[]; zone: string };

function SignOut({ action, children }: { action: string; children: unknown }) {
  return (
    <form method="post" action={action} hx-post={action} hx-target="#devices" hx-swap="outerHTML">
      <FormToken />
      {children}
    </form>
  );
}

function DeviceRow({ device, zone }: { device: Device; zone: string }) {
  const name = deviceName(device.userAgent) ?? "Unknown browser";
  const seen = momentText(device.lastSeenAt, { zone });
  return (
    <Row
      id={`device-${device.id}`}
      icon={deviceIcon(device.userAgent)}
      title={name}
      beside={device.current && <Badge tone="good">This device</Badge>}
      text={device.address ? `${seen} · from ${device.address}` : seen}
    >
      {!device.current && (
        <SignOut action={portal.profileDevice(device.id)}>
          <Button type="submit" small about={name}>
            Sign out
          </Button>
        </SignOut>
      )}
    </Row>
  );
}

export function Devices({ devices, zone }: DevicesProps) {
  const others = devices.some(({ current }) => !current);
  return (
    <Panel
      id="devices"
      title="Devices"
      lead="If you do not know one, sign it out and change your password."
      foot={
        others && (
          <SignOut action={portal.profileDevices()}>
            <Button type="submit" small variant="danger-quiet">
              Sign out all others
            </Button>
          </SignOut>
        )
      }
    >
      <Rows>
        {devices.map((device) => (
          <DeviceRow device={device} zone={zone} />
        ))}
      </Rows>
    </Panel>
  );
}
