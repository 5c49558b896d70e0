import { t } from "@helpdesk/i18n";
import { Select, TextField } from "@helpdesk/ui";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { roleName } from "../../../shell/words.ts";
import { FormDialog, useForm } from "../../settings/index.ts";
import { createRole, type Role } from "../api.ts";
import { grantable } from "./grantable.ts";

/** A role of the organization's own: it begins like another one and is then changed on its page. */
export function NewRoleDialog({ roles, onClose }: { roles: Role[]; onClose: () => void }) {
  const navigate = useNavigate();
  const [made, setMade] = useState<string>();
  const form = useForm({
    saved: { name: "", like: "agent" },
    save: async ({ name, like }) => {
      const permissions = roles.find((role) => role.key === like)?.permissions ?? [];
      const { id } = await createRole({ name, permissions });
      setMade(id);
    },
    refresh: ["roles"],
  });
  if (made) void navigate({ to: "/settings/roles/$id", params: { id: made } });
  return (
    <FormDialog title={t("people.role.new")} action={t("people.role.create")} form={form} onClose={onClose} staysOpen>
      <TextField autoFocus isRequired label={t("people.name")} {...form.field("name")} />
      <Select
        label={t("people.role.like")}
        items={[
          { id: "", name: t("people.role.like.none") },
          ...grantable(roles).map((role) => ({ id: role.key, name: roleName(role) })),
        ]}
        value={form.values.like}
        onChange={form.set("like")}
        error={form.errors.permissions}
      />
    </FormDialog>
  );
}
