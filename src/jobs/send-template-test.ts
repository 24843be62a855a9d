// Sends a member his own draft of a template, as it would look to a contact; the link in it opens nothing.
import { AddressRefused } from "../mail/addresses.ts";
import { composeMessage, newMessageId } from "../mail/compose.ts";
import { findDraft } from "../models/email-template-drafts.ts";
import { sampleFacts } from "../models/email-template-samples.ts";
import { getTemplate } from "../models/email-templates.ts";
import { NotFound } from "../models/errors.ts";
import { portalUrl } from "../models/portal-url.ts";
import { findSender } from "../models/sending.ts";
import { findSendingIdentity } from "../models/sending-identity.ts";
import type { SendingDeps } from "./handlers.ts";
import { LeaseLost } from "./queue.ts";
import { senderOf } from "./sender.ts";
import { renderSampleFor } from "./template-sample.ts";
import type { Handler } from "./worker.ts";

/** The handler of `send-template-test`. It is tried once: somebody waits for it, and can ask again. */
export function createSendTemplateTest(deps: SendingDeps): Handler {
  return async (job, signal) => {
    const { template, memberId, contactId } = job.payload;
    if (!template || !memberId) return "done";
    const to = await deps.globals.run((db) => findSender(db, memberId));
    const store = deps.agencies.open(job.agencyId);
    const found = await store
      .read(async (db) => ({
        template: await getTemplate(db, template),
        draft: await findDraft(db, template, memberId),
        sample: await sampleFacts(db, contactId),
        origin: await portalUrl(db, deps.portalOrigin),
        identity: await findSendingIdentity(db),
      }))
      .catch(gone);
    if (!found || !to) return "done";
    const { sample, origin, identity } = found;
    const from = senderOf(identity, job.agencyId, deps);
    const { kind, fields } = found.template;
    const email = await renderSampleFor(sample, { fields: found.draft ?? fields, kind }, origin, to.name);
    const message = await composeMessage({
      to,
      from: { name: sample.agency.portalName, address: from.address },
      envelopeFrom: from.envelopeFrom,
      dkim: from.dkim,
      messageId: newMessageId(from.address),
      ...email,
      subject: `Test: ${email.subject}`,
    }).catch(refused);
    if (!message) return "done";
    if (signal.aborted) throw new LeaseLost();
    const outcome = await deps.mailer.send(message);
    deps.onAttempt?.({ email: "template-test", outcome: outcome.kind });
    return "done";
  };
}

// The template or the contact may have gone since it was asked for.
function gone(error: unknown): undefined {
  if (!(error instanceof NotFound)) throw error;
}

function refused(error: unknown): undefined {
  if (!(error instanceof AddressRefused)) throw error;
}
