import { t } from "@helpdesk/i18n";
import { Button, Dialog } from "@helpdesk/ui";
import { useSyncExternalStore } from "react";
import { useStatusName } from "../../triage/index.ts";
import type { Ticket } from "../api.ts";
import { editTicket, openClash } from "../edit.ts";
import type { Field } from "../merge.ts";

/** Asks what to keep when somebody else has changed the same thing meanwhile. */
export default function Clash({ number }: { number: number }) {
  const clash = useSyncExternalStore(openClash.subscribe, openClash.get);
  const statusName = useStatusName();
  if (!clash || clash.ticket.number !== number) return null;
  const text = (ticket: Partial<Ticket>, field: Field): string => {
    if (field === "status") return statusName(ticket.status ?? "");
    if (field === "priority" || field === "type") return t(`tickets.${field}.${ticket[field]}`);
    if (field === "assignee" || field === "team") return ticket[field]?.name ?? t("tickets.none");
    if (field === "tags") return ticket.tags?.join(", ") || t("tickets.none");
    return ticket[field] ?? t("tickets.none");
  };
  const close = () => openClash.set(undefined);
  return (
    <Dialog title={t("tickets.clash")} isOpen onOpenChange={(isOpen) => !isOpen && close()}>
      <p className="mb-3 text-ink-2">{t("tickets.clash.why")}</p>
      <table className="w-full border-collapse text-start">
        <thead>
          <tr className="border-b border-line text-12 text-ink-3">
            <th scope="col" className="py-1 text-start font-medium">
              <span className="sr-only">{t("tickets.clash.field")}</span>
            </th>
            <th scope="col" className="py-1 text-start font-medium">
              {t("tickets.clash.theirs")}
            </th>
            <th scope="col" className="py-1 text-start font-medium">
              {t("tickets.clash.yours")}
            </th>
          </tr>
        </thead>
        <tbody>
          {clash.fields.map((field) => (
            <tr key={field} className="border-b border-line-soft">
              <th scope="row" className="py-1.5 pe-3 text-start font-normal text-ink-3">
                {t(`tickets.field.${field}`)}
              </th>
              <td className="py-1.5 pe-3">
                <bdi>{text(clash.ticket, field)}</bdi>
              </td>
              <td className="py-1.5">
                <bdi>{text(clash.shown, field)}</bdi>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className="mt-4 flex justify-end gap-2">
        <Button onPress={close}>{t("tickets.clash.keep-theirs")}</Button>
        <Button
          look="primary"
          onPress={() => {
            close();
            void editTicket(number, clash.patch, clash.shown);
          }}
        >
          {t("tickets.clash.use-mine")}
        </Button>
      </div>
    </Dialog>
  );
}
