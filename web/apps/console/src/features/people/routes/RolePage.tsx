import { t } from "@helpdesk/i18n";
import { Banner, Checkbox, ConfirmDialog, EmptyState, ErrorState, Select, Skeleton, TextField } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { may } from "../../../app.ts";
import { roleName } from "../../../shell/words.ts";
import { ActionRow, EditForm, FormSection, perform, SettingsPage, useForm } from "../../settings/index.ts";
import { changeRole, deleteRole, permissionsQuery, type Role, rolesQuery } from "../api.ts";
import { byResource, type Permission, permissionName } from "../ui/permissions.ts";

const route = getRouteApi("/shell/settings/roles/$id");
const visibilities = ["all", "teams", "own"] as const;
/** Where the organization decides, the API says null; a select needs a word. */
const byOrganization = "organization";

/** One role: what it allows and what it sees. */
export function RolePage() {
  const { id } = route.useParams();
  const { data: roles, error, refetch } = useQuery(rolesQuery);
  const { data: permissions } = useQuery(permissionsQuery);
  const role = roles?.find((one) => one.id === id);
  return (
    <SettingsPage
      title={role ? roleName(role) : ""}
      aside={
        role ? <span className="text-12 text-ink-3">{t("people.role.people", { count: role.user_count })}</span> : null
      }
      parent={{ to: "/settings/roles", title: t("settings.roles") }}
    >
      {role && permissions ? (
        <RoleForm key={role.id} role={role} permissions={permissions} />
      ) : error ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : roles && !role ? (
        <EmptyState title={t("shell.nothing-here")} />
      ) : (
        <Skeleton rows={14} />
      )}
    </SettingsPage>
  );
}

function RoleForm({ role, permissions }: { role: Role; permissions: Permission[] }) {
  const isFixed = role.is_shipped;
  const canWrite = may("roles:write") && role.permissions.every(may);
  const form = useForm({
    saved: {
      name: role.name,
      visibility: role.visibility ?? byOrganization,
      require_otp: role.require_otp,
      permissions: role.permissions,
    },
    save: (_, { visibility, ...changed }) =>
      changeRole(role, {
        ...changed,
        ...(visibility && {
          visibility: visibility === byOrganization ? null : (visibility as (typeof visibilities)[number]),
        }),
      }),
    refresh: ["roles", "users"],
  });
  const { values } = form;
  const toggle = (key: string) => (isOn: boolean) =>
    form.set("permissions")(isOn ? [...values.permissions, key] : values.permissions.filter((one) => one !== key));
  return (
    <>
      <EditForm form={form}>
        {isFixed ? <Banner>{t("people.role.shipped.about")}</Banner> : null}
        {isFixed ? null : (
          <TextField
            isRequired
            isReadOnly={!canWrite}
            label={t("people.name")}
            value={values.name}
            onChange={form.set("name")}
            error={form.errors.name}
          />
        )}
        <Select
          label={t("people.role.visibility")}
          isDisabled={isFixed || !canWrite}
          items={[byOrganization, ...visibilities].map((id) => ({ id, name: t(`people.role.visibility.${id}`) }))}
          value={values.visibility}
          onChange={form.set("visibility")}
          error={form.errors.visibility}
        />
        <div>
          <Checkbox isSelected={values.require_otp} isDisabled={!canWrite} onChange={form.set("require_otp")}>
            {t("people.role.otp")}
          </Checkbox>
          <p className="ms-6 text-ink-3">{t("people.role.otp.about")}</p>
        </div>
        {form.errors.permissions ? <Banner kind="error">{form.errors.permissions}</Banner> : null}
        <div className="grid gap-x-8 gap-y-5 sm:grid-cols-2">
          {byResource(permissions).map((group) => (
            <fieldset key={group.resource} className="min-w-0">
              <legend className="mb-1 font-semibold">{t(`people.resource.${group.resource}`)}</legend>
              {group.permissions.map((permission) => (
                <Checkbox
                  key={permission.key}
                  isSelected={values.permissions.includes(permission.key)}
                  isDisabled={isFixed || !canWrite || !permission.is_mine}
                  onChange={toggle(permission.key)}
                >
                  <span title={permission.is_mine ? permission.key : t("people.role.not-yours")}>
                    {permissionName(permission)}
                  </span>
                </Checkbox>
              ))}
            </fieldset>
          ))}
        </div>
      </EditForm>
      {isFixed || !canWrite ? null : <DeleteRole role={role} />}
    </>
  );
}

function DeleteRole({ role }: { role: Role }) {
  const [isAsking, setAsking] = useState(false);
  const navigate = useNavigate();
  const remove = async () => {
    setAsking(false);
    const isDone = await perform(() => deleteRole(role.id), {
      refresh: ["roles"],
      done: t("people.role.deleted", { name: role.name }),
    });
    if (isDone) void navigate({ to: "/settings/roles" });
  };
  return (
    <div className="mt-8">
      <FormSection title={t("people.role.delete")}>
        <ActionRow
          about={t("people.role.delete.why")}
          action={t("people.role.delete")}
          look="danger"
          onPress={() => setAsking(true)}
        />
        <ConfirmDialog
          title={t("people.role.delete.ask", { name: role.name })}
          text={t("people.role.delete.why")}
          action={t("people.role.delete")}
          isOpen={isAsking}
          onOpenChange={setAsking}
          onConfirm={() => void remove()}
        />
      </FormSection>
    </div>
  );
}
