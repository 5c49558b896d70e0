import { day, relative, t } from "@helpdesk/i18n";
import { Button, ConfirmDialog, CountBadge, Select, TextField } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { FormDialog, perform, ResourceList, RowMenu, SettingsPage, useForm } from "../../settings/index.ts";
import { type Key, keysQuery, renameKey, revokeKey } from "../api.ts";
import { NewKeyDialog } from "../ui/NewKeyDialog.tsx";

const route = getRouteApi("/shell/settings/api-keys");

function stateOf(key: Key): "revoked" | "expired" | "active" {
  if (key.revoked_at) return "revoked";
  return key.expires_at && Date.parse(key.expires_at) <= Date.now() ? "expired" : "active";
}

/** Keys with which programs use the API. */
export function KeysPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const change = (next: Record<string, unknown>) =>
    void navigate({ search: (old) => ({ ...old, ...next }), replace: true });
  const list = useQuery(keysQuery(search));
  const [isMaking, setMaking] = useState(false);
  const [renaming, setRenaming] = useState<Key>();
  const [leaving, setLeaving] = useState<Key>();
  return (
    <SettingsPage
      title={t("settings.keys")}
      about={t("operations.key.about")}
      aside={<CountBadge count={list.data?.count} />}
      actions={
        <Button look="primary" onPress={() => setMaking(true)}>
          {t("operations.key.new")}
        </Button>
      }
    >
      <ResourceList
        label={t("settings.keys")}
        list={list}
        search={search}
        onSearch={change}
        canFind
        ordering="-created_at"
        rowKey={(key) => key.id}
        filters={
          <Select
            label={t("operations.key.state")}
            isLabelHidden
            className="w-40"
            items={["", "true", "false"].map((id) => ({ id, name: t(`operations.key.filter.${id || "all"}`) }))}
            value={search.active ?? ""}
            onChange={(active) => change({ active: active || undefined, page: undefined })}
          />
        }
        columns={[
          {
            id: "name",
            title: t("operations.key.name"),
            order: "name",
            cell: (key) => <bdi className="font-medium">{key.name}</bdi>,
          },
          {
            id: "prefix",
            title: t("operations.key.begins"),
            isWide: true,
            cell: (key) => <bdi className="font-mono text-12">{key.prefix}…</bdi>,
          },
          {
            id: "scopes",
            title: t("operations.key.scopes"),
            isWide: true,
            cell: (key) => (
              <span title={key.scopes.join(", ")} className="text-ink-2">
                {t("operations.key.scope-count", { count: key.scopes.length })}
              </span>
            ),
          },
          {
            id: "used",
            title: t("operations.key.used"),
            order: "last_used_at",
            cell: (key) => (
              <span className="text-ink-3">
                {key.last_used_at ? relative(key.last_used_at) : t("operations.key.never")}
              </span>
            ),
          },
          {
            id: "created",
            title: t("operations.key.created"),
            order: "created_at",
            isWide: true,
            cell: (key) => (
              <span className="text-ink-3">
                {day(key.created_at)}, <bdi>{key.created_by.name}</bdi>
              </span>
            ),
          },
          {
            id: "state",
            title: t("operations.key.state"),
            cell: (key) => {
              const state = stateOf(key);
              return (
                <span className={state === "active" ? "text-ok" : "text-ink-3"}>
                  {state === "active" && key.expires_at
                    ? t("operations.key.until", { day: day(key.expires_at) })
                    : t(`operations.key.state.${state}`)}
                </span>
              );
            },
          },
          {
            id: "actions",
            title: t("settings.actions"),
            isTitleHidden: true,
            className: "w-10 text-end",
            cell: (key) => (
              <RowMenu
                label={t("settings.actions-of", { name: key.name })}
                actions={[
                  { id: "rename", name: t("operations.key.rename"), icon: "edit", run: () => setRenaming(key) },
                  stateOf(key) === "active" && {
                    id: "revoke",
                    name: t("operations.key.revoke"),
                    icon: "trash",
                    isDanger: true,
                    run: () => setLeaving(key),
                  },
                ]}
              />
            ),
          },
        ]}
        empty={{ title: t("operations.key.none"), text: t("operations.key.none.why") }}
      />
      {isMaking ? <NewKeyDialog onClose={() => setMaking(false)} /> : null}
      {renaming ? <RenameDialog apiKey={renaming} onClose={() => setRenaming(undefined)} /> : null}
      <ConfirmDialog
        title={t("operations.key.revoke.ask", { name: leaving?.name })}
        text={t("operations.key.revoke.why")}
        action={t("operations.key.revoke")}
        isOpen={leaving !== undefined}
        onOpenChange={() => setLeaving(undefined)}
        onConfirm={() => {
          setLeaving(undefined);
          if (!leaving) return;
          void perform(() => revokeKey(leaving.id), {
            refresh: ["api-keys"],
            done: t("operations.key.revoked", { name: leaving.name }),
          });
        }}
      />
    </SettingsPage>
  );
}

function RenameDialog({ apiKey, onClose }: { apiKey: Key; onClose: () => void }) {
  const form = useForm({
    saved: { name: apiKey.name },
    save: ({ name }) => renameKey(apiKey.id, name),
    refresh: ["api-keys"],
  });
  return (
    <FormDialog title={t("operations.key.rename")} action={t("operations.key.rename")} form={form} onClose={onClose}>
      <TextField autoFocus isRequired label={t("operations.key.name")} {...form.field("name")} />
    </FormDialog>
  );
}
