import { t } from "@helpdesk/i18n";
import { Avatar, Button, type Choice, ComboBox, TextField } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { customersQuery } from "../../customers/index.ts";
import { newRequester, type Requester } from "../draft.ts";

type Props = {
  requester: Requester | undefined;
  errors: { customer?: string; name?: string; email?: string };
  mayMake: boolean;
  onChange: (requester: Requester | undefined) => void;
};

const makeNew = "new";

/** For whom the ticket is: found while typing, or made with the ticket when nobody is found. */
export function RequesterField({ requester, errors, mayMake, onChange }: Props) {
  if (requester?.kind === "known") {
    return (
      <div className="grid gap-1">
        <span className="font-medium text-ink-2">{t("newTicket.customer")}</span>
        <div className="flex min-h-9 items-center gap-2 rounded-control border border-line bg-raised px-2">
          <Avatar name={requester.name} />
          <span className="min-w-0 flex-1 truncate">
            <bdi className="font-medium">{requester.name}</bdi>
            <span className="ms-2 text-ink-3" dir="ltr">
              {requester.email}
            </span>
          </span>
          <Button look="quiet" onPress={() => onChange(undefined)}>
            {t("newTicket.customer.another")}
          </Button>
        </div>
        {errors.customer ? <p className="text-12 text-late">{errors.customer}</p> : null}
      </div>
    );
  }
  if (requester) {
    return (
      <fieldset className="grid gap-3 rounded-control border border-line p-3">
        <legend className="sr-only">{t("newTicket.customer.new")}</legend>
        <div className="flex items-center justify-between gap-2">
          <span className="font-medium text-ink-2">{t("newTicket.customer.new")}</span>
          <Button look="quiet" onPress={() => onChange(undefined)}>
            {t("newTicket.customer.another")}
          </Button>
        </div>
        <div className="grid gap-3 sm:grid-cols-2">
          <TextField
            label={t("newTicket.customer.name")}
            autoFocus={requester.name === ""}
            value={requester.name}
            error={errors.name}
            onChange={(name) => onChange({ ...requester, name })}
          />
          <TextField
            isRequired
            type="email"
            label={t("newTicket.customer.email")}
            autoFocus={requester.name !== ""}
            value={requester.email}
            error={errors.email}
            onChange={(email) => onChange({ ...requester, email })}
          />
        </div>
      </fieldset>
    );
  }
  return <Finder error={errors.customer} mayMake={mayMake} onChange={onChange} />;
}

function Finder({ error, mayMake, onChange }: Pick<Props, "mayMake" | "onChange"> & { error?: string }) {
  const [text, setText] = useState("");
  const { data, isFetching } = useQuery(customersQuery({ find: text.trim() || undefined }, 8));
  const found = data?.results ?? [];
  const items: Choice[] = found.map((customer) => ({
    id: customer.id,
    name: customer.name,
    detail: [customer.email, customer.company].filter(Boolean).join(" · "),
    sign: <Avatar name={customer.name} size={18} />,
  }));
  if (mayMake && text.trim() !== "") {
    items.push({ id: makeNew, name: t("newTicket.customer.make", { text: text.trim() }) });
  }
  const choose = (id: string | null) => {
    if (id === makeNew) return onChange(newRequester(text));
    const customer = found.find((one) => one.id === id);
    if (customer) onChange({ kind: "known", id: customer.id, name: customer.name, email: customer.email });
  };
  return (
    <ComboBox
      autoFocus
      label={t("newTicket.customer")}
      placeholder={t("newTicket.customer.find")}
      items={items}
      value={null}
      onChange={choose}
      error={error}
      search={{ text, onChange: setText }}
      empty={t(isFetching ? "ui.loading" : "ui.nothing-fits")}
    />
  );
}
