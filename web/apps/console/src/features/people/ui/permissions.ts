import type { Schema } from "@helpdesk/api";
import { i18n, t } from "@helpdesk/i18n";

export type Permission = Schema<"PermissionOut">;

/** Headings for permissions that have no resource of their own. */
const own = new Set(["tickets", "files", "customers", "settings", "users"]);

/** The permissions that roles give, under the thing they are about, in the server's order. */
export function byResource(permissions: Permission[]): { resource: string; permissions: Permission[] }[] {
  const groups = new Map<string, Permission[]>();
  for (const permission of permissions) {
    if (permission.is_personal) continue;
    const [named = ""] = permission.key.split(":");
    const resource = own.has(named) ? named : "administration";
    groups.set(resource, [...(groups.get(resource) ?? []), permission]);
  }
  return [...groups].map(([resource, permissions]) => ({ resource, permissions }));
}

/** What it allows in a few words; the server's sentence for one that this console does not know yet. */
export function permissionName(permission: Permission): string {
  const id = `permissions.${permission.key}`;
  return id in i18n.messages ? t(id) : permission.description;
}
