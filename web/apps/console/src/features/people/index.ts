export { permissionsQuery, rolesQuery } from "./api.ts";
export { byResource, type Permission, permissionName } from "./ui/permissions.ts";
