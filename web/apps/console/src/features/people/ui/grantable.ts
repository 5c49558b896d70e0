import { may } from "../../../app.ts";
import type { Role } from "../api.ts";

/** The roles that somebody can give: none that allows what their own does not. */
export const grantable = (roles: Role[], mayDo: (permission: string) => boolean = may) =>
  roles.filter((role) => role.permissions.every(mayDo));
