import { t } from "@helpdesk/i18n";
import { Button, Dialog, Select, TextField } from "@helpdesk/ui";
import { useState } from "react";
import { roleName } from "../../../shell/words.ts";
import { CopyField, FormDialog, useForm } from "../../settings/index.ts";
import { invitePerson, type Role } from "../api.ts";
import { grantable } from "./grantable.ts";

/** Adds somebody; they set their password themselves by the link of the invitation. */
export function InviteDialog({ roles, onClose }: { roles: Role[]; onClose: () => void }) {
  const [invited, setInvited] = useState<{ name: string; link: string }>();
  const form = useForm({
    saved: { name: "", email: "", role: "agent" },
    save: async (values) => {
      const made = await invitePerson(values);
      if (made.invitation_url) setInvited({ name: made.name, link: made.invitation_url });
      else onClose();
    },
    refresh: ["users"],
  });
  if (invited) {
    return (
      <Dialog
        isOpen
        title={t("people.invited", { name: invited.name })}
        onOpenChange={(isOpen) => !isOpen && onClose()}
      >
        <div className="grid gap-4">
          <p className="text-ink-2">{t("people.invited.link")}</p>
          <CopyField label={t("people.sign-in")} value={invited.link} />
          <div className="flex justify-end">
            <Button look="primary" onPress={onClose}>
              {t("people.close")}
            </Button>
          </div>
        </div>
      </Dialog>
    );
  }
  return (
    <FormDialog title={t("people.invite")} action={t("people.invite.action")} form={form} onClose={onClose} staysOpen>
      <p className="text-ink-2">{t("people.invite.about")}</p>
      <TextField autoFocus isRequired label={t("people.name")} {...form.field("name")} />
      <TextField isRequired type="email" label={t("people.email")} {...form.field("email")} />
      <Select
        label={t("people.role")}
        items={grantable(roles).map((role) => ({ id: role.key, name: roleName(role) }))}
        {...form.field("role")}
      />
    </FormDialog>
  );
}
