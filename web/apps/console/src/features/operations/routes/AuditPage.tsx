import { dateTime, dayTime, t } from "@helpdesk/i18n";
import { Button, type Column, CountBadge, Select, TextField } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { perform, ResourceList, SettingsPage } from "../../settings/index.ts";
import { type AuditEntry, auditExport, auditQuery } from "../api.ts";
import { EntryDialog } from "../ui/EntryDialog.tsx";

const route = getRouteApi("/shell/settings/audit");
const kinds = ["user", "customer", "key", "operator", "system", "anonymous"];

/** What was done, newest first; nothing here can be changed. */
export function AuditPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const list = useQuery(auditQuery(search));
  const [open, setOpen] = useState<AuditEntry>();
  const change = (next: Record<string, unknown>) =>
    void navigate({ search: (old) => ({ ...old, page: undefined, ...next }), replace: true });
  const columns: Column<AuditEntry>[] = [
    {
      id: "at",
      title: t("operations.audit.at"),
      order: "created_at",
      className: "whitespace-nowrap tabular-nums",
      cell: (entry) => (
        <button
          type="button"
          title={dateTime(entry.created_at)}
          className="min-h-6 hover:underline"
          onClick={() => setOpen(entry)}
        >
          {dayTime(entry.created_at)}
        </button>
      ),
    },
    {
      id: "actor",
      title: t("operations.audit.actor"),
      cell: (entry) => <bdi>{entry.actor?.name ?? t("operations.audit.nobody")}</bdi>,
    },
    {
      id: "action",
      title: t("operations.audit.action"),
      cell: (entry) => <bdi className="font-mono text-12">{entry.action}</bdi>,
    },
    {
      id: "entity",
      title: t("operations.audit.entity"),
      isWide: true,
      cell: (entry) => (
        <bdi className="text-ink-3" title={entry.entity.id ?? ""}>
          {entry.entity.type}
        </bdi>
      ),
    },
    {
      id: "changed",
      title: t("operations.audit.changed"),
      isWide: true,
      cell: (entry) => <span className="text-ink-3">{Object.keys(entry.after ?? entry.before ?? {}).join(", ")}</span>,
    },
    {
      id: "ip",
      title: t("operations.audit.ip"),
      isWide: true,
      cell: (entry) => <bdi className="font-mono text-12 text-ink-3">{entry.ip}</bdi>,
    },
  ];
  const field = (name: "action" | "about" | "ip" | "from" | "to", type = "text") => (
    <TextField
      key={`${name} ${search[name] ?? ""}`}
      className="sm:w-36"
      type={type}
      label={t(`operations.audit.filter.${name}`)}
      defaultValue={search[name] ?? ""}
      onBlur={({ target }) => {
        const { value } = target as HTMLInputElement;
        if (value.trim() !== (search[name] ?? "")) change({ [name]: value.trim() || undefined });
      }}
      onKeyDown={({ key, target }) => key === "Enter" && (target as HTMLInputElement).blur()}
    />
  );
  return (
    <SettingsPage
      title={t("settings.audit")}
      aside={<CountBadge count={list.data?.count} />}
      actions={
        <Button onPress={() => void perform(async () => save(await auditExport(search)), {})}>
          {t("operations.audit.export")}
        </Button>
      }
    >
      <ResourceList
        label={t("settings.audit")}
        list={list}
        search={search}
        onSearch={change}
        ordering="-created_at"
        rowKey={(entry) => entry.id}
        columns={columns}
        filters={
          <div className="grid w-full grid-cols-2 items-end gap-2 pb-1 sm:flex sm:flex-wrap">
            <Select
              className="sm:w-40"
              label={t("operations.audit.actor")}
              items={["", ...kinds].map((id) => ({ id, name: t(`operations.audit.kind.${id || "all"}`) }))}
              value={search.kind ?? ""}
              onChange={(kind) => change({ kind: kind || undefined })}
            />
            {field("action")}
            {field("about")}
            {field("from", "date")}
            {field("to", "date")}
            {field("ip")}
          </div>
        }
        empty={{ title: t("operations.audit.none") }}
      />
      {open ? <EntryDialog entry={open} onClose={() => setOpen(undefined)} /> : null}
    </SettingsPage>
  );
}

/** Hands a file to the browser to keep. */
function save(file: Blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = `audit-log-${new Date().toISOString().slice(0, 10)}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
