import { t } from "@helpdesk/i18n";
import { Button, ErrorState, Icon, Skeleton } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Fragment, useState } from "react";
import { may } from "../../../app.ts";
import { roleName } from "../../../shell/words.ts";
import { SettingsPage } from "../../settings/index.ts";
import { permissionsQuery, type Role, rolesQuery } from "../api.ts";
import { NewRoleDialog } from "../ui/NewRoleDialog.tsx";
import { byResource, type Permission, permissionName } from "../ui/permissions.ts";

/** What each role may do: permissions in rows, roles in columns. */
export function RolesPage() {
  const { data: roles, error, refetch } = useQuery(rolesQuery);
  const { data: permissions, error: second, refetch: again } = useQuery(permissionsQuery);
  const [isMaking, setMaking] = useState(false);
  const failed = error ?? second;
  return (
    <SettingsPage
      title={t("settings.roles")}
      actions={
        may("roles:write") ? (
          <Button look="primary" onPress={() => setMaking(true)}>
            {t("people.role.new")}
          </Button>
        ) : null
      }
    >
      {roles && permissions ? (
        <Matrix roles={roles} permissions={permissions} />
      ) : failed ? (
        <ErrorState
          error={failed}
          onRetry={() => {
            void refetch();
            void again();
          }}
        />
      ) : (
        <Skeleton rows={16} />
      )}
      {isMaking ? <NewRoleDialog roles={roles ?? []} onClose={() => setMaking(false)} /> : null}
    </SettingsPage>
  );
}

function Matrix({ roles, permissions }: { roles: Role[]; permissions: Permission[] }) {
  return (
    <section
      aria-label={t("people.role.permissions")}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached with the keyboard.
      tabIndex={0}
      className="relative -mx-4 -mt-4 max-h-[calc(100dvh-6rem)] overflow-auto pane:max-h-[calc(100dvh-3rem)]"
    >
      <table className="border-separate border-spacing-0">
        <thead>
          <tr>
            <th
              scope="col"
              className="sticky start-0 top-0 z-3 border-b border-line bg-surface ps-4 pe-3 text-start text-12 font-medium text-ink-3"
            >
              {t("people.role.permission")}
            </th>
            {roles.map((role) => (
              <th
                key={role.id}
                scope="col"
                className="sticky top-0 z-2 min-w-24 border-b border-line bg-surface px-2 py-2 text-start align-bottom font-normal"
              >
                <Link
                  to="/settings/roles/$id"
                  params={{ id: role.id }}
                  className="inline-flex min-h-6 items-center font-medium text-ink-1 hover:underline"
                >
                  <bdi>{roleName(role)}</bdi>
                </Link>
                <span className="block text-12 whitespace-nowrap text-ink-3">
                  {t("people.role.people", { count: role.user_count })}
                </span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {byResource(permissions).map((group) => (
            <Fragment key={group.resource}>
              <tr>
                <th
                  scope="rowgroup"
                  colSpan={roles.length + 1}
                  className="border-b border-line-soft px-4 pt-4 pb-1 text-start font-semibold"
                >
                  {t(`people.resource.${group.resource}`)}
                </th>
              </tr>
              {group.permissions.map((permission) => (
                <tr key={permission.key} className="group/row hover:bg-hover">
                  <th
                    scope="row"
                    title={permission.key}
                    className="sticky start-0 z-1 h-7 max-w-80 min-w-40 border-b border-line-soft bg-surface ps-4 pe-3 text-start font-normal text-ink-2 group-hover/row:bg-hover"
                  >
                    {permissionName(permission)}
                  </th>
                  {roles.map((role) => (
                    <td key={role.id} className="border-b border-line-soft px-2">
                      {role.permissions.includes(permission.key) ? (
                        <>
                          <Icon name="check" className="text-ink-1" />
                          <span className="sr-only">{t("people.role.allowed")}</span>
                        </>
                      ) : (
                        <>
                          <span aria-hidden="true" className="ms-1.5 text-control">
                            ·
                          </span>
                          <span className="sr-only">{t("people.role.not-allowed")}</span>
                        </>
                      )}
                    </td>
                  ))}
                </tr>
              ))}
            </Fragment>
          ))}
        </tbody>
      </table>
    </section>
  );
}
