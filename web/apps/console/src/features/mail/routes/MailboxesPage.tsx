import { t } from "@helpdesk/i18n";
import { Button, ConfirmDialog, CountBadge } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { perform, ResourceList, RowMenu, SettingsPage } from "../../settings/index.ts";
import { changeMailbox, deleteMailbox, type Mailbox, mailboxesQuery } from "../api.ts";
import { MailboxDialog } from "../ui/MailboxDialog.tsx";

const refresh = ["mailboxes"];

/** Addresses that mail comes to and goes out from. */
export function MailboxesPage() {
  const list = useQuery(mailboxesQuery);
  const [open, setOpen] = useState<Mailbox | "new">();
  const [leaving, setLeaving] = useState<Mailbox>();
  const makeDefault = (mailbox: Mailbox) =>
    void perform(() => changeMailbox(mailbox.id, { is_default: true }), {
      refresh,
      done: t("mail.mailbox.is-default-now", { address: mailbox.address }),
    });
  return (
    <SettingsPage
      title={t("settings.mailboxes")}
      about={t("mail.mailbox.about")}
      aside={<CountBadge count={list.data?.count} />}
      actions={
        <Button look="primary" onPress={() => setOpen("new")}>
          {t("mail.mailbox.new")}
        </Button>
      }
    >
      <ResourceList
        label={t("settings.mailboxes")}
        list={list}
        rowKey={(mailbox) => mailbox.id}
        columns={[
          {
            id: "address",
            title: t("mail.mailbox.address"),
            cell: (mailbox) => (
              <button
                type="button"
                className="min-h-6 text-start font-medium hover:underline"
                onClick={() => setOpen(mailbox)}
              >
                <bdi>{mailbox.address}</bdi>
              </button>
            ),
          },
          { id: "name", title: t("mail.mailbox.name"), cell: (mailbox) => <bdi>{mailbox.name}</bdi> },
          {
            id: "default",
            title: t("mail.mailbox.default"),
            isTitleHidden: true,
            cell: (mailbox) =>
              mailbox.is_default ? (
                <span className="rounded-row border border-line px-1 text-11 text-ink-2">
                  {t("mail.mailbox.default")}
                </span>
              ) : null,
          },
          {
            id: "actions",
            title: t("settings.actions"),
            isTitleHidden: true,
            className: "w-10 text-end",
            cell: (mailbox) => (
              <RowMenu
                label={t("settings.actions-of", { name: mailbox.address })}
                actions={[
                  { id: "edit", name: t("mail.mailbox.edit"), icon: "edit", run: () => setOpen(mailbox) },
                  !mailbox.is_default && {
                    id: "default",
                    name: t("mail.mailbox.make-default"),
                    icon: "check",
                    run: () => makeDefault(mailbox),
                  },
                  {
                    id: "delete",
                    name: t("mail.mailbox.delete"),
                    icon: "trash",
                    isDanger: true,
                    run: () => setLeaving(mailbox),
                  },
                ]}
              />
            ),
          },
        ]}
        empty={{ title: t("mail.mailbox.none"), text: t("mail.mailbox.none.why") }}
      />
      {open ? <MailboxDialog mailbox={open === "new" ? undefined : open} onClose={() => setOpen(undefined)} /> : null}
      <ConfirmDialog
        title={t("mail.mailbox.delete.ask", { address: leaving?.address })}
        text={t("mail.mailbox.delete.why")}
        action={t("mail.mailbox.delete")}
        isOpen={leaving !== undefined}
        onOpenChange={() => setLeaving(undefined)}
        onConfirm={() => {
          setLeaving(undefined);
          if (!leaving) return;
          void perform(() => deleteMailbox(leaving.id), {
            refresh,
            done: t("mail.mailbox.deleted", { address: leaving.address }),
          });
        }}
      />
    </SettingsPage>
  );
}
