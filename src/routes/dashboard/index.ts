// The map of the dashboard: every route of the app host, each with the least role that may use it.
import type { MemberRoute } from "../../web/route.ts";
import { agencyRoutes } from "./agencies.tsx";
import { brandingRoutes } from "./branding.tsx";
import { clientPortalRoutes } from "./client-portal.tsx";
import { contactAddressRoutes } from "./contact-addresses.tsx";
import { contactOptionRoutes } from "./contact-options.tsx";
import { contactTagRoutes } from "./contact-tags.tsx";
import { contactRoutes } from "./contacts.tsx";
import { domainRoutes } from "./domains.tsx";
import { emailBatchRoutes } from "./email-batches.tsx";
import { emailLogRoutes } from "./email-log.tsx";
import { emailTemplateRoutes } from "./email-templates.tsx";
import { emailRoutes } from "./emails.tsx";
import { homeRoutes } from "./home.tsx";
import { hostSelectionRoutes } from "./host-selection.tsx";
import { invitationRoutes } from "./invitations.tsx";
import { loginEmailRoutes } from "./login-emails.tsx";
import { magicLinkRoutes } from "./magic-links.tsx";
import { passwordRoutes } from "./passwords.tsx";
import { restorationRoutes } from "./restorations.tsx";
import { revocationRoutes } from "./revocations.tsx";
import { sendingDomainRoutes } from "./sending-domains.tsx";
import { sendingResumptionRoutes } from "./sending-resumption.ts";
import { signInRoutes } from "./sign-in.tsx";
import { signOutRoutes } from "./sign-out.tsx";
import { signUpRoutes } from "./sign-up.tsx";
import { suppressionRoutes } from "./suppressions.tsx";
import { teamRoutes } from "./team.tsx";
import { workflowEditorRoutes } from "./workflow-editor.tsx";
import { workflowRunRoutes } from "./workflow-runs.tsx";
import { workflowRoutes } from "./workflows.tsx";

export const dashboardRoutes: readonly MemberRoute[] = [
  ...homeRoutes,
  ...signInRoutes,
  ...signUpRoutes,
  ...signOutRoutes,
  ...passwordRoutes,
  ...agencyRoutes,
  ...clientPortalRoutes,
  ...brandingRoutes,
  ...hostSelectionRoutes,
  ...domainRoutes,
  ...contactRoutes,
  ...contactTagRoutes,
  ...revocationRoutes,
  ...restorationRoutes,
  ...contactOptionRoutes,
  ...emailBatchRoutes,
  ...emailRoutes,
  ...emailLogRoutes,
  ...suppressionRoutes,
  ...contactAddressRoutes,
  ...sendingResumptionRoutes,
  ...emailTemplateRoutes,
  ...invitationRoutes,
  ...loginEmailRoutes,
  ...magicLinkRoutes,
  ...sendingDomainRoutes,
  ...teamRoutes,
  ...workflowRoutes,
  ...workflowEditorRoutes,
  ...workflowRunRoutes,
];
