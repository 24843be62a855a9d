// Whom a link signs in, so that nobody continues as somebody else.
import { Avatar } from "./avatar.tsx";

/** `account` is the address, masked where the reader has not proven who he is. */
export function AsWho({ name, account }: { name: string; account: string }) {
  return (
    <div class="as-who">
      <Avatar name={name} size="lg" />
      <div>
        <b>{name}</b>
        <br />
        <span class="muted small">{account}</span>
      </div>
    </div>
  );
}
