import { relative, t } from "@helpdesk/i18n";
import { Button, ConfirmDialog, CountBadge, Dialog, TextField } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { CopyField, FormDialog, perform, ResourceList, RowMenu, SettingsPage, useForm } from "../../settings/index.ts";
import { addDomain, type Domain, domainsQuery, removeDomain, verifyDomain } from "../api.ts";

const looks: Record<string, string> = { pending: "text-warn", verified: "text-ok", failing: "text-late" };

/** Host names of the organization's own. */
export function DomainsPage() {
  const list = useQuery(domainsQuery);
  const [isAdding, setAdding] = useState(false);
  const [shown, setShown] = useState<Domain>();
  const [leaving, setLeaving] = useState<Domain>();
  const verify = ({ domain }: Domain) =>
    void perform(() => verifyDomain(domain), {
      refresh: ["domains"],
      done: t("organization.domain.verified", { domain }),
    });
  const add = <Button onPress={() => setAdding(true)}>{t("organization.domain.add")}</Button>;
  return (
    <SettingsPage
      title={t("settings.domains")}
      about={t("organization.domain.about")}
      aside={<CountBadge count={list.data?.count} />}
      actions={list.data?.results.length ? add : null}
    >
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
        empty={{ title: t("organization.domain.none"), text: t("organization.domain.none.why"), action: add }}
      />
      {isAdding ? <AddDomain onClose={() => setAdding(false)} onAdded={setShown} /> : null}
      {shown ? <Proof domain={shown} onClose={() => setShown(undefined)} /> : null}
      <ConfirmDialog
        title={t("organization.domain.remove.ask", { domain: leaving?.domain })}
        text={t("organization.domain.remove.why")}
        action={t("organization.domain.remove")}
        isOpen={leaving !== undefined}
        onOpenChange={() => setLeaving(undefined)}
        onConfirm={() => {
          setLeaving(undefined);
          if (leaving) void perform(() => removeDomain(leaving.domain), { refresh: ["domains"] });
        }}
      />
    </SettingsPage>
  );
}

function AddDomain({ onClose, onAdded }: { onClose: () => void; onAdded: (domain: Domain) => void }) {
  const form = useForm({
    saved: { domain: "" },
    save: async ({ domain }) => onAdded(await addDomain(domain.trim())),
    refresh: ["domains"],
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
