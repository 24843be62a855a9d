// What sending login emails would do: who gets one now, who an invite instead, and who is left out and why.

import type { Group } from "../../src/models/email-batches.ts";
import type { LoginOutcome, LoginPlan } from "../../src/models/login-emails.ts";
import { Check } from "../ui/check.tsx";
import { Row, Rows } from "../ui/rows.tsx";
import { possessive } from "./contact-actions.tsx";
import { counted, groupOf, namesOf } from "./people-words.ts";

export type LoginEmailPlanProps = { plan: LoginPlan; invite: boolean };

/** "Send 21 emails, 2 invites". */
export function loginSendWords({ plan: { logins, invites }, invite }: LoginEmailPlanProps): string {
  const parts = [
    ...(logins > 0 ? [counted(logins, "email")] : []),
    ...(invite && invites > 0 ? [counted(invites, "invite")] : []),
  ];
  return parts.length > 0 ? `Send ${parts.join(", ")}` : "Send emails";
}

const names = ({ people, count }: Group<LoginOutcome>) => namesOf(people, count);

const leftOut: readonly { outcome: LoginOutcome; why: (group: Group<LoginOutcome>) => string }[] = [
  {
    outcome: "recent",
    why: (group) => `${names(group)} had a login email in the last 10 minutes`,
  },
  {
    outcome: "revoked",
    why: (group) => (group.count === 1 ? `${possessive(names(group))} access is revoked` : `Revoked: ${names(group)}`),
  },
  { outcome: "suppressed", why: (group) => `Email to ${names(group)} came back before` },
  {
    outcome: "over-limit",
    why: (group) => `${names(group)}: not invited yet, and over today’s limit of invites`,
  },
];

/** `total` is how many were selected. The box “Invite them” posts `invite`. */
export function LoginEmailPlan(props: LoginEmailPlanProps) {
  const { plan, invite } = props;
  const login = groupOf(plan, "login");
  const uninvited = groupOf(plan, "invite");
  return (
    <Rows id="login-email-plan">
      {login && <Row icon="send" title={`${login.count} will get it now`} text={names(login)} />}
      {uninvited && (
        <Row
          icon="userplus"
          title={`${uninvited.count} ${uninvited.count === 1 ? "is" : "are"} not invited yet`}
          text={names(uninvited)}
        >
          <Check name="invite" checked={invite}>
            {uninvited.count === 1 ? "Invite" : "Invite them"}
          </Check>
        </Row>
      )}
      {leftOut.map(({ outcome, why }) => {
        const group = groupOf(plan, outcome);
        return (
          group && (
            <Row icon="ban" title={`${group.count} ${group.count === 1 ? "is" : "are"} left out`} text={why(group)} />
          )
        );
      })}
    </Rows>
  );
}

/** In a reply: the words of the button that sends as they are now. */
export function LoginSendUpdate(props: LoginEmailPlanProps) {
  return (
    <hx-partial hx-target="#login-send" hx-swap="innerHTML">
      {loginSendWords(props)}
    </hx-partial>
  );
}
