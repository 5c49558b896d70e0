import { ApiError } from "@helpdesk/api";
import { t } from "@helpdesk/i18n";
import { Banner, Button, Dialog, errorText, fieldErrors, TextField } from "@helpdesk/ui";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import {
  type Customer,
  type CustomerFields,
  changeCustomer,
  createCustomer,
  customerQuery,
  fieldsToPatch,
} from "../api.ts";

type Props = {
  /** The one to change; a new one without. */
  customer?: Customer;
  onClose: () => void;
  onDone: (customer: Customer) => void;
};

/** Name, address, company and telephone of a customer. */
export default function CustomerForm({ customer, onClose, onDone }: Props) {
  const [fields, setFields] = useState<CustomerFields>({
    name: customer?.name ?? "",
    email: customer?.email ?? "",
    company: customer?.company ?? "",
    phone: customer?.phone ?? "",
  });
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const client = useQueryClient();
  const set = (name: keyof CustomerFields) => (value: string) => setFields((old) => ({ ...old, [name]: value }));
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      onDone(customer ? await changeCustomer(customer, fieldsToPatch(fields)) : await createCustomer(fields));
    } catch (failure) {
      setError(failure);
      // What is shown behind the form is fetched anew; what was typed stays.
      if (customer) void client.invalidateQueries(customerQuery(customer.id));
    } finally {
      setBusy(false);
    }
  };
  const beside = fieldErrors(error);
  const isStale = error instanceof ApiError && error.code === "STALE";
  return (
    <Dialog
      isOpen
      title={t(customer ? "customers.edit" : "customers.new")}
      onOpenChange={(isOpen) => !isOpen && onClose()}
    >
      <form onSubmit={submit} noValidate className="grid gap-4">
        <TextField
          autoFocus
          isRequired
          label={t("customers.name")}
          maxLength={200}
          value={fields.name}
          onChange={set("name")}
          error={beside.name}
        />
        <TextField
          isRequired
          type="email"
          label={t("customers.email")}
          hint={customer?.email_verified && fields.email !== customer.email ? t("customers.email.proof") : undefined}
          value={fields.email}
          onChange={set("email")}
          error={beside.email}
        />
        <TextField
          label={t("customers.company")}
          value={fields.company}
          onChange={set("company")}
          error={beside.company}
        />
        <TextField
          type="tel"
          label={t("customers.phone")}
          value={fields.phone}
          onChange={set("phone")}
          error={beside.phone}
        />
        {error && Object.keys(beside).length === 0 ? (
          <Banner kind="error">{isStale ? t("customers.stale") : errorText(error)}</Banner>
        ) : null}
        <div className="flex justify-end gap-2">
          <Button onPress={onClose}>{t("ui.cancel")}</Button>
          <Button
            type="submit"
            look="primary"
            isDisabled={isBusy || fields.name.trim() === "" || fields.email.trim() === ""}
          >
            {t(customer ? "ui.save" : "customers.create")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
