import { t } from "@helpdesk/i18n";
import { Banner, Button, Dialog } from "@helpdesk/ui";
import type { ReactNode } from "react";
import type { Form } from "../useForm.ts";

type Props<Values> = {
  title: string;
  /** What the button says that does it. */
  action: string;
  form: Form<Values>;
  onClose: () => void;
  /** After it is saved; the dialog is closed by then unless `staysOpen`. */
  onSaved?: () => void;
  staysOpen?: boolean;
  children: ReactNode;
};

/** A small form over the page: for something new, or something with few fields. */
export function FormDialog<Values>({ title, action, form, onClose, onSaved, staysOpen, children }: Props<Values>) {
  const submit = async () => {
    if (!(await form.submit())) return;
    if (!staysOpen) onClose();
    onSaved?.();
  };
  return (
    <Dialog isOpen title={title} onOpenChange={(isOpen) => !isOpen && onClose()}>
      <form
        noValidate
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        {children}
        {form.error ? <Banner kind="error">{form.error}</Banner> : null}
        <div className="flex justify-end gap-2">
          <Button onPress={onClose}>{t("ui.cancel")}</Button>
          <Button type="submit" look="primary" isDisabled={form.isSaving}>
            {action}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
