import { t } from "@helpdesk/i18n";
import { Checkbox, ComboBox, ErrorState, Select, Skeleton, TextField } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { organizationQuery } from "../../../shell/queries.ts";
import { EditForm, SettingsPage, useForm } from "../../settings/index.ts";
import { changeOrganization, type Organization } from "../api.ts";

const visibilities = ["all", "teams", "own"];
const zones = ["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")].map((id) => ({
  id,
  name: id.replaceAll("_", " "),
}));

/** What the organization decides for itself, except for how it looks. */
export function GeneralPage() {
  const { data, error, refetch } = useQuery(organizationQuery);
  return (
    <SettingsPage title={t("settings.general")}>
      {data ? (
        <GeneralForm organization={data} />
      ) : error ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : (
        <Skeleton />
      )}
    </SettingsPage>
  );
}

/** A reference as tickets of this year get it. */
const reference = (prefix: string, padding: string) =>
  `${prefix}-${new Date().getFullYear()}-${"42".padStart(Number(padding) || 1, "0")}`;

function GeneralForm({ organization }: { organization: Organization }) {
  const form = useForm({
    saved: {
      name: organization.name,
      time_zone: organization.time_zone,
      ticket_prefix: organization.ticket_prefix,
      ticket_padding: String(organization.ticket_padding),
      agent_visibility: organization.agent_visibility,
      first_response_on_status: organization.first_response_on_status,
      customer_registration: organization.customer_registration,
    },
    check: ({ ticket_padding }) =>
      /^([1-9]|10)$/.test(ticket_padding) ? {} : { ticket_padding: t("organization.padding.range") },
    save: (_, { ticket_padding, ...changed }) =>
      changeOrganization(organization, {
        ...changed,
        ...(ticket_padding && { ticket_padding: Number(ticket_padding) }),
      }),
    refresh: ["organization", "branding"],
  });
  const { values, errors, set, field } = form;
  return (
    <EditForm form={form}>
      <TextField isRequired label={t("organization.name")} hint={t("organization.name.hint")} {...field("name")} />
      <TextField
        isReadOnly
        label={t("organization.address")}
        hint={t("organization.address.hint")}
        value={organization.url}
      />
      <ComboBox
        label={t("organization.time-zone")}
        hint={t("organization.time-zone.hint")}
        items={zones}
        value={values.time_zone}
        onChange={(zone) => zone && set("time_zone")(zone)}
        error={errors.time_zone}
      />
      <fieldset className="grid grid-cols-2 gap-x-4 gap-y-1">
        <TextField
          isRequired
          label={t("organization.prefix")}
          value={values.ticket_prefix}
          onChange={(text) => set("ticket_prefix")(text.toUpperCase())}
          error={errors.ticket_prefix}
        />
        <TextField isRequired label={t("organization.padding")} inputMode="numeric" {...field("ticket_padding")} />
        <p className="col-span-2 text-12 text-ink-3">
          {t("organization.reference")}{" "}
          <bdi className="font-mono">{reference(values.ticket_prefix, values.ticket_padding)}</bdi>
        </p>
      </fieldset>
      <Select
        label={t("organization.visibility")}
        hint={t("organization.visibility.hint")}
        items={visibilities.map((id) => ({ id, name: t(`organization.visibility.${id}`) }))}
        {...field("agent_visibility")}
      />
      <div className="grid gap-1.5">
        <Checkbox isSelected={values.first_response_on_status} onChange={set("first_response_on_status")}>
          {t("organization.first-response")}
        </Checkbox>
        <Checkbox isSelected={values.customer_registration} onChange={set("customer_registration")}>
          {t("organization.registration")}
        </Checkbox>
      </div>
    </EditForm>
  );
}
