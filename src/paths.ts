// Every URL path of Portico as a function, so that a link and its route cannot drift apart; imports nothing.

/** The query of the contacts table; each field is left out of the URL when it holds its default. */
export type ContactsQuery = {
  status?: string | undefined;
  q?: string | undefined;
  tag?: string | undefined;
  sort?: string | undefined;
  after?: string | undefined;
  before?: string | undefined;
};

/** The query of the email log; what is empty is left out of the URL. */
export type EmailLogQuery = {
  status?: string | undefined;
  kind?: string | undefined;
  batch?: string | undefined;
  q?: string | undefined;
  after?: string | undefined;
  before?: string | undefined;
};

/** The order of the contacts table that is left out of its URL: newest invite first. */
export const defaultContactsSort = "-invited";

const plain = /^[\w.-]*$/;

// By hand where nothing needs an escape, as in fifty rows of a page: URLSearchParams takes a microsecond and more.
function query(values: Record<string, string | number | undefined>): string {
  let text = "";
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || value === "") continue;
    const pair = plain.test(String(value))
      ? `${name}=${value}`
      : new URLSearchParams({ [name]: String(value) }).toString();
    text += `${text ? "&" : "?"}${pair}`;
  }
  return text;
}

/** Paths on the app host: the members' door. `slug` is the agency's. */
export const app = {
  home: () => "/",
  signIn: () => "/sign-in",
  signUp: () => "/sign-up",
  signOut: () => "/sign-out",
  forgotPassword: () => "/forgot-password",
  resetPassword: (token: string) => `/reset-password/${token}`,
  agencies: () => "/agencies",
  newAgency: () => "/agencies/new",
  portal: (slug: string, filters: ContactsQuery = {}) => `/${slug}${query({ ...filters })}`,
  contact: (slug: string, id: string, filters: { show?: string | undefined; before?: string | undefined } = {}) =>
    `/${slug}/contacts/${id}${query(filters)}`,
  contactRow: (slug: string, id: string) => `/${slug}/contacts/${id}/row`,
  contactMenu: (slug: string, id: string) => `/${slug}/contacts/${id}/menu`,
  contactDetails: (slug: string, id: string) => `/${slug}/contacts/${id}/details`,
  contactAccess: (slug: string, id: string) => `/${slug}/contacts/${id}/access`,
  contactWorkflowMail: (slug: string, id: string) => `/${slug}/contacts/${id}/workflow-mail`,
  contactSessions: (slug: string, id: string) => `/${slug}/contacts/${id}/sessions`,
  contactOptions: (slug: string, q?: string) => `/${slug}/contact-options${query({ q })}`,
  revocations: (slug: string) => `/${slug}/revocations`,
  contactTags: (slug: string, filters: { contact?: string } = {}) => `/${slug}/contact-tags${query(filters)}`,
  restorations: (slug: string) => `/${slug}/restorations`,
  invitations: (slug: string, filters: { contact?: string; mode?: string } = {}) =>
    `/${slug}/invitations${query(filters)}`,
  invitationsPreview: (slug: string) => `/${slug}/invitations/preview`,
  loginEmails: (slug: string, filters: { contact?: string } = {}) => `/${slug}/login-emails${query(filters)}`,
  loginEmailsPlan: (slug: string) => `/${slug}/login-emails/plan`,
  magicLinks: (slug: string, filters: { contact?: string } = {}) => `/${slug}/magic-links${query(filters)}`,
  magicLinkRevocation: (slug: string, id: string) => `/${slug}/magic-links/${id}/revocation`,
  emailBatch: (slug: string, id: string) => `/${slug}/email-batches/${id}`,
  emailBatchRetries: (slug: string, id: string) => `/${slug}/email-batches/${id}/retries`,
  emailBatchStop: (slug: string, id: string) => `/${slug}/email-batches/${id}/stop`,
  emailBatchPause: (slug: string, id: string) => `/${slug}/email-batches/${id}/pause`,
  emailBatchResumption: (slug: string, id: string) => `/${slug}/email-batches/${id}/resumption`,
  emailLog: (slug: string, filters: EmailLogQuery = {}) => `/${slug}/email-log${query({ ...filters })}`,
  loggedEmail: (slug: string, id: string) => `/${slug}/email-log/${id}`,
  emailLogRetries: (slug: string) => `/${slug}/email-log/retries`,
  emailCancellation: (slug: string, id: string) => `/${slug}/emails/${id}/cancellation`,
  suppressions: (slug: string, filters: { q?: string | undefined; after?: string | undefined } = {}) =>
    `/${slug}/suppressions${query(filters)}`,
  suppressionRemovals: (slug: string) => `/${slug}/suppressions/removals`,
  sendingResumption: (slug: string) => `/${slug}/sending/resumption`,
  contactAddress: (slug: string, id: string) => `/${slug}/contacts/${id}/address`,
  emailRetry: (slug: string, id: string) => `/${slug}/emails/${id}/retry`,
  domains: (slug: string) => `/${slug}/settings/domains`,
  domain: (slug: string, id: string, seen?: string) => `/${slug}/settings/domains/${id}${query({ seen })}`,
  domainChecks: (slug: string, id: string) => `/${slug}/settings/domains/${id}/checks`,
  domainRemoval: (slug: string, id: string) => `/${slug}/settings/domains/${id}/removal`,
  hostSelection: (slug: string) => `/${slug}/settings/domains/selection`,
  domainSelection: (slug: string, id: string, from?: "domains") =>
    `/${slug}/settings/domains/${id}/selection${query({ from })}`,
  team: (slug: string) => `/${slug}/settings/team`,
  newTeammate: (slug: string) => `/${slug}/settings/team/new`,
  teammateRole: (slug: string, id: string) => `/${slug}/settings/team/${id}/role`,
  teammateMails: (slug: string, id: string) => `/${slug}/settings/team/${id}/mails`,
  teammateRemoval: (slug: string, id: string) => `/${slug}/settings/team/${id}/removal`,
  sending: (slug: string) => `/${slug}/settings/sending`,
  sendingDomain: (slug: string, id: string, seen?: string) => `/${slug}/settings/sending/${id}${query({ seen })}`,
  sendingChecks: (slug: string, id: string) => `/${slug}/settings/sending/${id}/checks`,
  sendingSender: (slug: string, id: string) => `/${slug}/settings/sending/${id}/sender`,
  /** Without an id: the platform's own address. */
  sendingSelection: (slug: string, id?: string) => `/${slug}/settings/sending/${id ? `${id}/` : ""}selection`,
  sendingTests: (slug: string, id: string) => `/${slug}/settings/sending/${id}/tests`,
  sendingRemoval: (slug: string, id: string) => `/${slug}/settings/sending/${id}/removal`,
  branding: (slug: string) => `/${slug}/settings/branding`,
  brandingPreview: (slug: string) => `/${slug}/settings/branding/preview`,
  /** The style sheet of the preview: a colour under its own id. */
  brandingPreviewTheme: (slug: string, color: string) => `/${slug}/settings/branding/preview.css${query({ color })}`,
  brandImage: (slug: string, hash: string) => `/${slug}/settings/branding/images/${hash}.png`,
  emailTemplates: (slug: string) => `/${slug}/settings/email-templates`,
  newEmailTemplate: (slug: string) => `/${slug}/settings/email-templates/new`,
  customValues: (slug: string, q?: string) => `/${slug}/settings/email-templates/custom-values${query({ q })}`,
  /** `key` is a kind or an own template's id; with `draft` the form holds what was typed last and not saved. */
  emailTemplate: (slug: string, key: string, look: { as?: string | undefined; draft?: "1" | undefined } = {}) =>
    `/${slug}/settings/email-templates/${key}${query(look)}`,
  emailTemplatePreview: (slug: string, key: string) => `/${slug}/settings/email-templates/${key}/preview`,
  /** The e-mail as a document of its own; `v` names the words in it. */
  emailTemplateFrame: (
    slug: string,
    key: string,
    look: { v: string; as?: string | undefined; scheme: "light" | "dark" },
  ) => `/${slug}/settings/email-templates/${key}/preview.html${query(look)}`,
  emailTemplateTests: (slug: string, key: string) => `/${slug}/settings/email-templates/${key}/tests`,
  emailTemplateDefault: (slug: string, key: string) => `/${slug}/settings/email-templates/${key}/default`,
  emailTemplateVersions: (slug: string, key: string) => `/${slug}/settings/email-templates/${key}/versions`,
  emailTemplateRemoval: (slug: string, key: string) => `/${slug}/settings/email-templates/${key}/removal`,
  workflows: (slug: string) => `/${slug}/workflows`,
  newWorkflow: (slug: string) => `/${slug}/workflows/new`,
  workflowSettings: (slug: string) => `/${slug}/workflows/settings`,
  workflow: (slug: string, id: string) => `/${slug}/workflows/${id}`,
  /** Where the editor's form goes with every change but the last one. */
  workflowDraft: (slug: string, id: string) => `/${slug}/workflows/${id}/draft`,
  workflowDraftRemoval: (slug: string, id: string) => `/${slug}/workflows/${id}/draft-removal`,
  workflowName: (slug: string, id: string) => `/${slug}/workflows/${id}/name`,
  workflowEnabling: (slug: string, id: string) => `/${slug}/workflows/${id}/enabling`,
  workflowPause: (slug: string, id: string) => `/${slug}/workflows/${id}/pause`,
  workflowResumption: (slug: string, id: string) => `/${slug}/workflows/${id}/resumption`,
  workflowRemoval: (slug: string, id: string) => `/${slug}/workflows/${id}/removal`,
  workflowRuns: (slug: string, id: string, filters: { state?: string | undefined; after?: string | undefined } = {}) =>
    `/${slug}/workflows/${id}/runs${query(filters)}`,
  workflowRun: (slug: string, id: string, run: string) => `/${slug}/workflows/${id}/runs/${run}`,
  workflowRunStop: (slug: string, id: string, run: string) => `/${slug}/workflows/${id}/runs/${run}/stop`,
  workflowRunRetry: (slug: string, id: string, run: string) => `/${slug}/workflows/${id}/runs/${run}/retry`,
  portalQr: (slug: string) => `/${slug}/portal-url.svg`,
} as const;

/** Paths on portal hosts: the contacts' door. */
export const portal = {
  home: () => "/",
  signIn: (next?: string) => `/sign-in${query({ next: next === "/" ? undefined : next })}`,
  signOut: () => "/sign-out",
  signInLink: () => "/sign-in/link",
  signInCode: () => "/sign-in/code",
  forgotPassword: () => "/forgot-password",
  link: (token: string) => `/l/${token}`,
  newLink: (token: string) => `/l/${token}/new`,
  firstPassword: (next?: string) => `/welcome${query({ next: next === "/" ? undefined : next })}`,
  profile: () => "/profile",
  profilePassword: () => "/profile/password",
  profileDevice: (id: string) => `/profile/devices/${id}/sign-out`,
  profileDevices: () => "/profile/devices/sign-out",
  /** `version` is the number of the brand's last change: with it the answer may be kept for ever. */
  theme: (version?: number) => `/theme.css${query({ v: version })}`,
  brandImage: (hash: string) => `/brand/${hash}.png`,
  unsubscribe: (token: string) => `/unsubscribe/${token}`,
  unsubscribeUndo: (token: string) => `/unsubscribe/${token}/undo`,
  /** Whether the contact wants the e-mails of workflows. */
  workflowMail: () => "/profile/emails",
  hostMarker: () => "/.well-known/portico",
  handOver: (from?: string, next?: string) => `/hand-over${query({ from, next })}`,
  handOverOffer: (browserHash?: string, next?: string) => `/hand-over/offer${query({ for: browserHash, next })}`,
  handOverTaking: (token: string, next?: string) => `/hand-over/to/${token}${query({ next })}`,
} as const;

/** Paths that exist in development only, on the app host. */
export const dev = {
  mails: (to?: string) => `/dev/mail${query({ to })}`,
  mail: (id: string) => `/dev/mail/${id}`,
  mailHtml: (id: string) => `/dev/mail/${id}/html`,
  emails: () => "/dev/emails",
  emailHtml: (kind: string) => `/dev/emails/${kind}/html`,
  catalogue: () => "/dev/catalogue",
} as const;

/** Paths of the internal listener. */
export const internal = {
  healthz: () => "/healthz",
  readyz: () => "/readyz",
  metrics: () => "/metrics",
  ask: () => "/ask",
  bounces: () => "/bounces",
} as const;

/** Words that no agency may take as its slug, because the app host or a portal host uses them or might. */
export const reservedSlugs: ReadonlySet<string> = new Set([
  ..."about admin agencies agency api app apps assets auth billing blog cdn contact contacts dashboard dev docs email favicon help".split(
    " ",
  ),
  ..."forgot-password ftp healthz imap internal l legal localhost login logout mail members metrics mx ns1 ns2 pop portal portico".split(
    " ",
  ),
  ..."privacy profile readyz reset-password robots root security settings sign-in sign-out sign-up smtp static status support".split(
    " ",
  ),
  ..."system terms theme webmail welcome www".split(" "),
]);
