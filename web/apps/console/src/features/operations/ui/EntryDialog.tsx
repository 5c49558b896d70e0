import { dateTime, t } from "@helpdesk/i18n";
import { Button, Dialog } from "@helpdesk/ui";
import type { AuditEntry } from "../api.ts";

const written = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value)) ?? "";

/** One line of the log with everything that is known of it. */
export function EntryDialog({ entry, onClose }: { entry: AuditEntry; onClose: () => void }) {
  const { before, after, actor, entity } = entry;
  const fields = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  const facts: [string, string | null | undefined][] = [
    ["at", dateTime(entry.created_at)],
    ["actor", actor ? `${actor.name} (${t(`operations.audit.kind.${actor.type}`)})` : t("operations.audit.nobody")],
    ["impersonator", entry.impersonator],
    ["entity", [entity.type, entity.id].filter(Boolean).join(" ")],
    ["ip", entry.ip],
    ["client", entry.user_agent],
    ["request", entry.request_id],
    ["chain", entry.chained ? `${entry.chained.seq} · ${entry.chained.hash}` : undefined],
  ];
  return (
    <Dialog isOpen width="wide" title={entry.action} onOpenChange={(isOpen) => !isOpen && onClose()}>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1">
        {facts.map(([name, value]) =>
          value ? (
            <div key={name} className="contents">
              <dt className="text-ink-3">{t(`operations.audit.${name}`)}</dt>
              <dd className="break-all" dir="auto">
                {value}
              </dd>
            </div>
          ) : null,
        )}
      </dl>
      {fields.length > 0 ? (
        <div className="mt-4 overflow-x-auto">
          <table className="w-full border-collapse">
            <thead>
              <tr className="border-b border-line text-12 text-ink-3">
                {["field", "before", "after"].map((name) => (
                  <th key={name} scope="col" className="py-1 pe-4 text-start font-medium">
                    {t(`operations.audit.${name}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {fields.map((field) => (
                <tr key={field} className="border-b border-line-soft align-top">
                  <th scope="row" className="py-1 pe-4 text-start font-normal">
                    {field}
                  </th>
                  <td className="py-1 pe-4 break-all text-ink-3" dir="auto">
                    {written(before?.[field])}
                  </td>
                  <td className="py-1 break-all" dir="auto">
                    {written(after?.[field])}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
      <div className="mt-4 flex justify-end">
        <Button onPress={onClose}>{t("ui.close")}</Button>
      </div>
    </Dialog>
  );
}
