// Giving access back, to one contact or several.
import { restoreContacts } from "../../models/contacts.ts";
import type { MemberRoute } from "../../web/route.ts";
import { changeAccess } from "./revocations.tsx";

export const restorationRoutes: MemberRoute[] = [
  {
    method: "post",
    path: "/:agency/restorations",
    role: "member",
    bodyLimit: 256 * 1024,
    handler: (c) => changeAccess(c, restoreContacts, (who) => `Access of ${who} restored`),
  },
];
