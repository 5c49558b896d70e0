import { relative, t } from "@helpdesk/i18n";
import { Button, ConfirmDialog, Dialog, TextField } from "@helpdesk/ui";
import { useState } from "react";
import { CopyField, FormDialog, perform, ResourceList, RowMenu, useForm } from "../../settings/index.ts";
import type { Domain } from "../api.ts";

type Props = {
  list: { data: { results: Domain[] } | undefined; error: unknown; refetch: () => unknown };
  calls: {
    add: (domain: string) => Promise<Domain>;
    verify: (domain: string) => Promise<unknown>;
    remove: (domain: string) => Promise<unknown>;
    /** Takes a domain without proof: for operators. */
    vouch?: (domain: string) => Promise<unknown>;
  };
  /** First words of the query keys that a change makes old. */
  refresh: string[];
  isAdding: boolean;
  onAdding: (isAdding: boolean) => void;
};

const looks: Record<string, string> = { pending: "text-warn", verified: "text-ok", failing: "text-late" };

/** The domains of an organization, with the record that proves each. */
export function Domains({ list, calls, refresh, isAdding, onAdding }: Props) {
  const [shown, setShown] = useState<Domain>();
  const [leaving, setLeaving] = useState<Domain>();
  const verify = ({ domain }: Domain, how = calls.verify) =>
    void perform(() => how(domain), { refresh, done: t("organization.domain.verified", { domain }) });
  return (
    <>
      <ResourceList
        label={t("settings.domains")}
        list={list}
        rowKey={(row) => row.domain}
        columns={[
          {
            id: "domain",
            title: t("organization.domain"),
            cell: (row) => <bdi className="font-medium">{row.domain}</bdi>,
          },
          {
            id: "state",
            title: t("organization.domain.state"),
            cell: (row) => <span className={looks[row.state]}>{t(`organization.domain.state.${row.state}`)}</span>,
          },
          {
            id: "checked",
            title: t("organization.domain.checked"),
            isWide: true,
            cell: (row) => <span className="text-ink-3">{row.checked_at ? relative(row.checked_at) : "—"}</span>,
          },
          {
            id: "actions",
            title: t("settings.actions"),
            isTitleHidden: true,
            className: "text-end whitespace-nowrap",
            cell: (row) => (
              <span className="inline-flex gap-1">
                <Button look="quiet" onPress={() => setShown(row)}>
                  {t("organization.domain.record")}
                </Button>
                {row.state === "verified" ? null : (
                  <Button onPress={() => verify(row)}>{t("organization.domain.verify")}</Button>
                )}
                <RowMenu
                  label={t("settings.actions-of", { name: row.domain })}
                  actions={[
                    { id: "verify", name: t("organization.domain.verify"), icon: "check", run: () => verify(row) },
                    calls.vouch && {
                      id: "vouch",
                      name: t("organization.domain.vouch"),
                      icon: "person",
                      run: () => verify(row, calls.vouch),
                    },
                    {
                      id: "remove",
                      name: t("organization.domain.remove"),
                      icon: "trash",
                      isDanger: true,
                      run: () => setLeaving(row),
                    },
                  ]}
                />
              </span>
            ),
          },
        ]}
        empty={{
          title: t("organization.domain.none"),
          text: t("organization.domain.none.why"),
          action: <Button onPress={() => onAdding(true)}>{t("organization.domain.add")}</Button>,
        }}
      />
      {isAdding ? (
        <AddDomain add={calls.add} refresh={refresh} onClose={() => onAdding(false)} onAdded={setShown} />
      ) : null}
      {shown ? <Proof domain={shown} onClose={() => setShown(undefined)} /> : null}
      <ConfirmDialog
        title={t("organization.domain.remove.ask", { domain: leaving?.domain })}
        text={t("organization.domain.remove.why")}
        action={t("organization.domain.remove")}
        isOpen={leaving !== undefined}
        onOpenChange={() => setLeaving(undefined)}
        onConfirm={() => {
          setLeaving(undefined);
          if (leaving) void perform(() => calls.remove(leaving.domain), { refresh });
        }}
      />
    </>
  );
}

type AddProps = Pick<Props, "refresh"> & {
  add: Props["calls"]["add"];
  onClose: () => void;
  onAdded: (domain: Domain) => void;
};

function AddDomain({ add, refresh, onClose, onAdded }: AddProps) {
  const form = useForm({
    saved: { domain: "" },
    save: async ({ domain }) => onAdded(await add(domain.trim())),
    refresh,
  });
  return (
    <FormDialog
      title={t("organization.domain.add")}
      action={t("organization.domain.add")}
      form={form}
      onClose={onClose}
    >
      <TextField
        autoFocus
        isRequired
        label={t("organization.domain")}
        placeholder="help.example.com"
        {...form.field("domain")}
      />
    </FormDialog>
  );
}

/** What to put into the domain name system. */
function Proof({ domain: { domain, proof }, onClose }: { domain: Domain; onClose: () => void }) {
  return (
    <Dialog isOpen width="wide" title={domain} onOpenChange={(isOpen) => !isOpen && onClose()}>
      <div className="grid gap-4">
        <p className="text-ink-2">{t("organization.domain.proof")}</p>
        <CopyField label={t("organization.domain.proof.name", { type: proof.type })} value={proof.name} />
        <CopyField label={t("organization.domain.proof.value")} value={proof.value} />
        <div className="flex justify-end">
          <Button onPress={onClose}>{t("ui.close")}</Button>
        </div>
      </div>
    </Dialog>
  );
}
