import { t } from "@helpdesk/i18n";
import { Checkbox, TextField } from "@helpdesk/ui";
import { FormDialog, useForm } from "../../settings/index.ts";
import { changeMailbox, createMailbox, type Mailbox } from "../api.ts";

/** A mailbox that exists, or a new one; an address never changes. */
export function MailboxDialog({ mailbox, onClose }: { mailbox?: Mailbox; onClose: () => void }) {
  const form = useForm({
    saved: { address: mailbox?.address ?? "", name: mailbox?.name ?? "", is_default: mailbox?.is_default ?? false },
    save: ({ address, name, is_default }, changed) =>
      mailbox
        ? changeMailbox(mailbox.id, changed)
        : createMailbox({ address, name: name.trim() || null, is_default: is_default || undefined }),
    refresh: ["mailboxes"],
  });
  const { values, set, field } = form;
  return (
    <FormDialog
      title={t(mailbox ? "mail.mailbox.edit" : "mail.mailbox.new")}
      action={t(mailbox ? "mail.mailbox.save" : "mail.mailbox.create")}
      form={form}
      onClose={onClose}
    >
      <TextField
        autoFocus={!mailbox}
        isRequired
        isReadOnly={mailbox !== undefined}
        type="email"
        label={t("mail.mailbox.address")}
        hint={t("mail.mailbox.address.hint")}
        {...field("address")}
      />
      <TextField
        autoFocus={mailbox !== undefined}
        label={t("mail.mailbox.name")}
        hint={t("mail.mailbox.name.hint")}
        {...field("name")}
      />
      {mailbox?.is_default ? null : (
        <Checkbox isSelected={values.is_default} onChange={set("is_default")}>
          {t("mail.mailbox.is-default")}
        </Checkbox>
      )}
    </FormDialog>
  );
}
