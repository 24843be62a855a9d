// Begins the attempts of a group of e-mails of one agency: their states, Message-IDs, links with tokens and codes, before anything leaves.
import type { ClaimedJob } from "../db/directory-jobs.ts";
import type { AgencyDb, LinkKind, LinkUses } from "../db/schema.ts";
import { newMessageId } from "../mail/compose.ts";
import { createAccessLinks, type NewAccessLink } from "../models/access-links.ts";
import { BATCH_PAUSED } from "../models/emails.ts";
import { NotFound } from "../models/errors.ts";
import { markInvited } from "../models/invitations.ts";
import { portalUrl } from "../models/portal-url.ts";
import { loadSendings, type Sending, type Start, startSendings } from "../models/sending.ts";
import { findSendingIdentity } from "../models/sending-identity.ts";
import { PAUSED } from "../models/sending-pauses.ts";
import { createSignInCode } from "../models/sign-in-codes.ts";
import { portal } from "../paths.ts";
import type { SendingDeps } from "./handlers.ts";
import type { Ready } from "./message.ts";
import { finishJob, holdLeases, parkJob, postponeJob } from "./queue.ts";
import { type ReadWords, versionWords } from "./template-message.ts";

/** A job of one e-mail. */
export type EmailJob = ClaimedJob & { emailId: string };

/** An e-mail whose attempt has begun, and with it this process may send it; or the job is settled; or somebody else's by now. */
export type Begun = { ready: Omit<Ready, "sender"> } | { settled: true } | { lost: true };

type BeginDeps = Pick<SendingDeps, "mailFrom" | "portalOrigin" | "codeKey">;

const links: Record<Sending["kind"], { kind: LinkKind; uses: LinkUses } | undefined> = {
  invite: { kind: "invite", uses: "until-joined" },
  "login-email": { kind: "login", uses: "once" },
  "sign-in-link": { kind: "login", uses: "once" },
  "reset-password": { kind: "reset", uses: "once" },
  "confirm-email": { kind: "confirm", uses: "once" },
  "email-changed": undefined,
  template: { kind: "magic", uses: "once" },
};

/** Begins what may begin of the jobs' e-mails and settles the others' jobs. Answers in the order of `jobs`. */
export async function beginEmails(db: AgencyDb, jobs: readonly EmailJob[], deps: BeginDeps): Promise<Begun[]> {
  const [held, identity, origin, { agency, emails }] = await Promise.all([
    holdLeases(db, jobs),
    findSendingIdentity(db),
    portalUrl(db, deps.portalOrigin),
    loadSendings(
      db,
      jobs.map(({ emailId }) => emailId),
    ),
  ]);
  const ours = jobs.filter(({ jobId }) => held.has(jobId));
  const starts = await startSendings(
    db,
    agency,
    ours.map(({ emailId }) => emails.get(emailId)),
    () => newMessageId(identity?.address ?? deps.mailFrom.address),
  );
  const begun = new Map<string, Begun>();
  const going: { jobId: string; sending: Sending }[] = [];
  for (const [at, job] of ours.entries()) {
    const start = starts[at] ?? { over: true };
    if ("go" in start) going.push({ jobId: job.jobId, sending: start.go });
    else begun.set(job.jobId, await settleUnsent(db, job, start));
  }
  const secrets = await makeSecrets(
    db,
    going.map(({ sending }) => sending),
    { origin, codeKey: deps.codeKey },
  );
  for (const [at, { jobId, sending }] of going.entries()) {
    const made = secrets[at];
    if (made) begun.set(jobId, { ready: { sending, identity, origin, ...made } });
  }
  return jobs.map(({ jobId }) => begun.get(jobId) ?? { lost: true });
}

async function settleUnsent(db: AgencyDb, job: EmailJob, start: Exclude<Start, { go: Sending }>): Promise<Begun> {
  if ("held" in start) await parkJob(db, job, BATCH_PAUSED);
  else if ("over" in start) await finishJob(db, job);
  else {
    const seconds = start.wait.seconds + Math.random() * 30;
    await postponeJob(db, job, { seconds, reason: PAUSED, spent: false });
  }
  return { settled: true };
}

type Secrets = Pick<Ready, "link" | "code" | "words">;

async function makeSecrets(
  db: AgencyDb,
  sendings: readonly Sending[],
  { origin, codeKey }: { origin: string; codeKey: Buffer },
): Promise<Secrets[]> {
  const secrets: Secrets[] = [];
  const wanted: { at: number; link: NewAccessLink }[] = [];
  for (const [at, sending] of sendings.entries()) {
    const words = sending.templateVersionId ? await versionWords(db, sending.templateVersionId) : undefined;
    const link = await linkOf(db, sending, words);
    if (link) wanted.push({ at, link });
    secrets.push({ words, link: undefined, code: await makeCode(db, sending, codeKey) });
  }
  const made =
    wanted.length > 0
      ? await createAccessLinks(
          db,
          wanted.map(({ link }) => link),
        )
      : [];
  for (const [nth, { at }] of wanted.entries()) {
    const link = made[nth];
    // revoked since it was looked at: the next attempt sees that and ends
    if (!link) throw new NotFound("No contact to make a link for.");
    const one = secrets[at];
    if (one) one.link = { url: `${origin}${portal.link(link.token)}`, expiresAt: link.expiresAt };
  }
  return secrets;
}

async function linkOf(
  db: AgencyDb,
  sending: Sending,
  words: ReadWords | undefined,
): Promise<NewAccessLink | undefined> {
  const link = links[sending.kind];
  if (!link) return undefined;
  const { id: emailId, contactId, sentBy } = sending;
  const shared = { ...link, contactId, emailId, ...(sentBy ? { madeBy: sentBy } : {}) };
  if (sending.kind !== "template") {
    const { destination, lifetimeSeconds } = sending;
    return { ...shared, destination, lifetimeSeconds, ...(link.kind === "confirm" ? { newEmail: sending.to } : {}) };
  }
  const wanted = words?.words.link;
  if (!wanted) return undefined;
  // A link in an agency's own words invites whoever was never invited: it lets him in.
  if (!sending.invited) await markInvited(db, contactId, emailId, sentBy);
  return { ...shared, destination: wanted.to, lifetimeSeconds: wanted.seconds };
}

// Only what the contact asked for himself carries a code, and only for the browser that asked.
async function makeCode(
  db: AgencyDb,
  { id, kind, contactId, browserHash }: Sending,
  key: Buffer,
): Promise<string | undefined> {
  if (kind !== "sign-in-link" || !browserHash) return undefined;
  return await createSignInCode(db, { emailId: id, contactId, browserHash }, key);
}
