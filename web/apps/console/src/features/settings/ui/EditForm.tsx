import { t } from "@helpdesk/i18n";
import { ConfirmDialog, SettingsForm, toast } from "@helpdesk/ui";
import { useBlocker } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Form } from "../useForm.ts";

/** The fields of something that exists, with the bar to save them; leaving with unsaved fields asks first. */
export function EditForm<Values>({ form, children }: { form: Form<Values>; children: ReactNode }) {
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: ({ current, next }) => form.isDirty && current.pathname !== next.pathname,
    enableBeforeUnload: () => form.isDirty,
    withResolver: true,
  });
  const save = () => void form.submit().then((isSaved) => isSaved && toast(t("settings.saved")));
  return (
    <SettingsForm
      isDirty={form.isDirty}
      isSaving={form.isSaving}
      error={form.error}
      onSave={save}
      onDiscard={form.discard}
    >
      {children}
      <ConfirmDialog
        title={t("settings.leave")}
        text={t("settings.leave.why")}
        action={t("settings.leave.discard")}
        isOpen={status === "blocked"}
        onOpenChange={(isOpen) => !isOpen && reset?.()}
        onConfirm={() => proceed?.()}
      />
    </SettingsForm>
  );
}
