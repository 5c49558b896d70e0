import { t } from "@helpdesk/i18n";
import { Button, Dialog, Select, TextField } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { FormDialog, useForm } from "../../settings/index.ts";
import { mailboxesQuery, type Written, writeAsCustomer } from "../api.ts";
import { Outcome } from "./Outcome.tsx";

/** A mail from outside, in the place of a customer, who need not be known. */
export function WriteDialog({ onClose }: { onClose: () => void }) {
  const { data: mailboxes } = useQuery(mailboxesQuery);
  const usual = mailboxes?.results.find((mailbox) => mailbox.is_default)?.address ?? "";
  const [written, setWritten] = useState<Written>();
  const form = useForm({
    saved: { from: "", from_name: "", to: usual, subject: "", body: "" },
    save: async ({ from_name, ...values }) =>
      setWritten(await writeAsCustomer({ ...values, from_name: from_name.trim() || null })),
    refresh: ["mail-catcher", "tickets", "customers", "counts"],
  });
  if (written) {
    return (
      <Dialog isOpen title={t("mail.write.done")} onOpenChange={(isOpen) => !isOpen && onClose()}>
        <Outcome written={written} />
        <div className="mt-4 flex justify-end">
          <Button onPress={onClose}>{t("ui.close")}</Button>
        </div>
      </Dialog>
    );
  }
  const { field } = form;
  return (
    <FormDialog title={t("mail.write")} action={t("mail.write.send")} form={form} onClose={onClose} staysOpen>
      <p className="text-ink-2">{t("mail.write.about")}</p>
      <div className="grid items-start gap-3 sm:grid-cols-2">
        <TextField
          autoFocus
          isRequired
          type="email"
          label={t("mail.from")}
          placeholder="hannah@example.com"
          {...field("from")}
        />
        <TextField label={t("mail.from-name")} {...field("from_name")} />
      </div>
      <Select
        label={t("mail.to")}
        items={(mailboxes?.results ?? []).map(({ address }) => ({ id: address, name: address }))}
        {...field("to")}
      />
      <TextField isRequired label={t("mail.subject")} {...field("subject")} />
      <TextField isRequired rows={6} label={t("mail.text")} {...field("body")} />
    </FormDialog>
  );
}
