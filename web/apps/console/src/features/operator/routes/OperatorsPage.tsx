import { t } from "@helpdesk/i18n";
import { Button, ConfirmDialog, CountBadge, IconButton, Page, TextField, useTitle } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { FormDialog, perform, ResourceList, useForm } from "../../settings/index.ts";
import { createOperator, meQuery, type Operator, operatorsQuery, removeOperator } from "../api.ts";

const route = getRouteApi("/operator/operators");

/** Who runs the installation. */
export function OperatorsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const list = useQuery(operatorsQuery(search));
  const { data: me } = useQuery(meQuery);
  const [isMaking, setMaking] = useState(false);
  const [leaving, setLeaving] = useState<Operator>();
  useTitle(t("operator.operators"), t("operator.title"));
  return (
    <Page
      title={t("operator.operators")}
      aside={<CountBadge count={list.data?.count} />}
      actions={
        <Button look="primary" onPress={() => setMaking(true)}>
          {t("operator.person.new")}
        </Button>
      }
    >
      <ResourceList
        label={t("operator.operators")}
        list={list}
        search={search}
        onSearch={(change) => void navigate({ search: (old) => ({ ...old, ...change }), replace: true })}
        rowKey={(row) => row.id}
        columns={[
          { id: "email", title: t("operator.email"), cell: (row) => <bdi className="font-medium">{row.email}</bdi> },
          {
            id: "actions",
            title: t("settings.actions"),
            isTitleHidden: true,
            className: "w-10 text-end",
            cell: (row) =>
              row.id === me?.id ? null : (
                <IconButton
                  icon="trash"
                  label={t("operator.person.remove-one", { email: row.email })}
                  onPress={() => setLeaving(row)}
                />
              ),
          },
        ]}
        empty={{ title: t("operator.person.none") }}
      />
      {isMaking ? <NewOperator onClose={() => setMaking(false)} /> : null}
      <ConfirmDialog
        title={t("operator.person.remove.ask", { email: leaving?.email })}
        text={t("operator.person.remove.why")}
        action={t("operator.person.remove")}
        isOpen={leaving !== undefined}
        onOpenChange={() => setLeaving(undefined)}
        onConfirm={() => {
          setLeaving(undefined);
          if (leaving) void perform(() => removeOperator(leaving.id), { refresh: ["platform"] });
        }}
      />
    </Page>
  );
}

function NewOperator({ onClose }: { onClose: () => void }) {
  const form = useForm({ saved: { email: "", password: "" }, save: createOperator, refresh: ["platform"] });
  return (
    <FormDialog title={t("operator.person.new")} action={t("operator.person.create")} form={form} onClose={onClose}>
      <TextField
        autoFocus
        isRequired
        type="email"
        autoComplete="off"
        label={t("operator.email")}
        {...form.field("email")}
      />
      <TextField
        isRequired
        type="password"
        autoComplete="new-password"
        label={t("operator.password")}
        hint={t("operator.password.hint")}
        {...form.field("password")}
      />
    </FormDialog>
  );
}
