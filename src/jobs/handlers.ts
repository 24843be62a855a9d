// The kinds of job and what runs each.
import type { AgencyStore } from "../db/agency-store.ts";
import type { GlobalStore } from "../db/global-store.ts";
import type { Logger } from "../log.ts";
import type { Mailbox } from "../mail/addresses.ts";
import type { Outcome } from "../mail/answers.ts";
import type { Mailer } from "../mail/mailer.ts";
import type { PortalOrigin } from "../models/portal-url.ts";
import { markFailed, SET_ASIDE } from "../models/sending-results.ts";
import { failRunsSetAside } from "../models/workflow-run-changes.ts";
import { createAnswerMailRequest } from "./answer-mail-request.ts";
import { createCheckDomain, type DomainChecks } from "./check-domain.ts";
import { createCheckSendingDomain } from "./check-sending-domain.ts";
import { createEnterWorkflow } from "./enter-workflow.ts";
import type { JobKind } from "./queue.ts";
import { createRelay, type Relay } from "./relay.ts";
import { createRunWorkflow } from "./run-workflow.ts";
import { createSendEmail } from "./send-email.ts";
import { createSendMemberReset } from "./send-member-reset.ts";
import { createSendTemplateTest } from "./send-template-test.ts";
import { createSendTestMail } from "./send-test-mail.ts";
import type { SenderSettings } from "./sender.ts";
import { createSweep } from "./sweep.ts";
import type { Handlers } from "./worker.ts";

export type HandlerDeps = {
  agencies: { open(agencyId: string): AgencyStore };
  /** The same for jobs that write for seconds, of which fewer may at once; `agencies` unless given. */
  slowAgencies?: { open(agencyId: string): AgencyStore };
  globals: GlobalStore;
  mailer: Mailer;
  /** The platform's sender (MAIL_FROM). */
  mailFrom: Mailbox;
  /** Origin of the dashboard (APP_URL), no trailing slash. */
  appOrigin: string;
  portalOrigin: PortalOrigin;
  /** The server's key for six-digit codes. */
  codeKey: Buffer;
  domainChecks: DomainChecks;
  senders: SenderSettings;
  log: Pick<Logger, "info" | "warn" | "error">;
  /** The relay as this process knows it; one that nothing limits unless given. */
  relay?: Relay;
  /** Called after each attempt to send, for the metrics. */
  onAttempt?: (attempt: { email: string; outcome: Outcome["kind"] }) => void;
};

/** HandlerDeps with what the sending jobs of one process share. */
export type SendingDeps = HandlerDeps & { relay: Relay };

/** Every kind's handler. */
export function createHandlers(deps: HandlerDeps): Handlers {
  const sending = { ...deps, relay: deps.relay ?? createRelay() };
  const slow = { ...deps, agencies: deps.slowAgencies ?? deps.agencies };
  return {
    "send-email": createSendEmail(sending),
    "answer-mail-request": createAnswerMailRequest(deps),
    "send-member-reset": createSendMemberReset(sending),
    "check-domain": createCheckDomain(deps),
    "check-sending-domain": createCheckSendingDomain(deps),
    "send-test-mail": createSendTestMail(sending),
    "send-template-test": createSendTemplateTest(sending),
    "run-workflow": createRunWorkflow(slow),
    "enter-workflow": createEnterWorkflow(slow),
    sweep: createSweep(slow),
  };
}

/** Says in the row of the e-mail or run that its job was set aside, so that the dashboard shows it and offers to try again. */
export function createOnQuarantined({ agencies }: Pick<HandlerDeps, "agencies">) {
  return async (job: { agencyId: string; kind: string; emailId: string | null }): Promise<void> => {
    const { agencyId, kind, emailId } = job;
    if (kind === ("run-workflow" satisfies JobKind)) await agencies.open(agencyId).write((db) => failRunsSetAside(db));
    if (emailId === null) return;
    await agencies.open(agencyId).write((db) => markFailed(db, emailId, SET_ASIDE));
  };
}
