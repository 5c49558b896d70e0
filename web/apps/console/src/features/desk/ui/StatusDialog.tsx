import type { Schema } from "@helpdesk/api";
import { t } from "@helpdesk/i18n";
import { Select, StatusGlyph, TextField } from "@helpdesk/ui";
import { FormDialog, useForm } from "../../settings/index.ts";
import { changeStatus, createStatus, type Status } from "../api.ts";

type Category = Schema<"StatusCategory">;
const categories: Category[] = ["new", "open", "pending", "on_hold", "resolved", "closed"];

/** A status that exists, or a new one. Its category is what the product goes by, and never changes. */
export function StatusDialog({ status, onClose }: { status?: Status; onClose: () => void }) {
  const form = useForm({
    saved: {
      name: status?.name ?? "",
      customer_name: status?.customer_name ?? "",
      category: (status?.category ?? "open") as Category,
    },
    save: ({ name, customer_name, category }) => {
      const shown = customer_name.trim() || null;
      return status
        ? changeStatus(status, { name, customer_name: shown })
        : createStatus({ name, customer_name: shown, category });
    },
    refresh: ["statuses"],
  });
  const { values, errors, set, field } = form;
  return (
    <FormDialog
      title={t(status ? "desk.status.edit" : "desk.status.new")}
      action={t(status ? "desk.status.save" : "desk.status.create")}
      form={form}
      onClose={onClose}
    >
      <TextField autoFocus isRequired label={t("desk.name")} {...field("name")} />
      <TextField
        label={t("desk.status.customers")}
        hint={t("desk.status.customers.hint")}
        placeholder={values.name}
        {...field("customer_name")}
      />
      <Select
        label={t("desk.category")}
        hint={t("desk.category.hint")}
        isDisabled={status !== undefined}
        items={categories.map((id) => ({ id, name: t(`desk.category.${id}`), sign: <StatusGlyph category={id} /> }))}
        value={values.category}
        onChange={(id) => set("category")(id as Category)}
        error={errors.category}
      />
    </FormDialog>
  );
}
