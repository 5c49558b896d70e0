import { t } from "@helpdesk/i18n";
import { Button, ErrorState, errorText, Skeleton, TextField } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { organizationQuery } from "../../../shell/queries.ts";
import { EditForm, perform, SettingsPage, useForm } from "../../settings/index.ts";
import { changeOrganization, type Organization, putLogo, removeLogo } from "../api.ts";
import { BrandPreview } from "../ui/BrandPreview.tsx";
import { readColor } from "../ui/color.ts";

/** Name, color and logo, with what they will look like. */
export function BrandingPage() {
  const { data, error, refetch } = useQuery(organizationQuery);
  return (
    <SettingsPage title={t("settings.branding")}>
      {data ? (
        <BrandingForm organization={data} />
      ) : error ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : (
        <Skeleton />
      )}
    </SettingsPage>
  );
}

function BrandingForm({ organization }: { organization: Organization }) {
  const form = useForm({
    saved: { name: organization.name, brand_color: organization.brand_color },
    check: ({ brand_color }) => (readColor(brand_color) ? {} : { brand_color: t("organization.color.form") }),
    save: (_, { brand_color, ...changed }) =>
      changeOrganization(organization, { ...changed, ...(brand_color && { brand_color: readColor(brand_color) }) }),
    refresh: ["organization", "branding"],
  });
  const color = readColor(form.values.brand_color);
  return (
    <div className="grid items-start gap-x-10 gap-y-8 wide:grid-cols-[minmax(0,28rem)_minmax(0,1fr)]">
      <EditForm form={form}>
        <TextField isRequired label={t("organization.name")} {...form.field("name")} />
        <div className="flex items-start gap-2">
          <TextField
            isRequired
            className="flex-1"
            label={t("organization.color")}
            hint={t("organization.color.hint")}
            {...form.field("brand_color")}
          />
          <input
            type="color"
            aria-label={t("organization.color.pick")}
            value={color ?? organization.brand_color}
            onChange={(event) => form.set("brand_color")(event.target.value)}
            className="mt-5.5 h-9 w-12 rounded-control border border-control bg-raised p-1"
          />
        </div>
        <LogoField organization={organization} />
      </EditForm>
      <BrandPreview
        name={form.values.name}
        color={color ?? organization.brand_color}
        logo={organization.logo_url ?? undefined}
      />
    </div>
  );
}

/** Pictures that the server takes, and how large they may be. */
const kinds = ["image/png", "image/jpeg", "image/webp"];
const largest = 512 * 1024;

/** The logo is saved as soon as it is chosen. */
function LogoField({ organization }: { organization: Organization }) {
  const input = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState<string>();
  const refresh = ["organization", "branding"];
  const take = async (file: File | undefined) => {
    setProblem(undefined);
    if (!file) return;
    if (!kinds.includes(file.type) || file.size > largest) {
      setProblem(t("organization.logo.rules"));
      return;
    }
    await perform(() => putLogo(file).catch((error) => Promise.reject(setProblem(errorText(error)) ?? error)), {
      refresh,
      done: t("organization.logo.saved"),
    });
  };
  return (
    <div className="grid gap-1">
      <span className="font-medium text-ink-2">{t("organization.logo")}</span>
      <div className="flex flex-wrap items-center gap-3">
        {organization.logo_url ? (
          <span className="grid size-14 place-items-center rounded-control border border-line bg-raised p-1">
            <img src={organization.logo_url} alt={t("organization.logo")} className="max-h-full max-w-full" />
          </span>
        ) : null}
        <Button onPress={() => input.current?.click()}>
          {t(organization.logo_url ? "organization.logo.replace" : "organization.logo.choose")}
        </Button>
        {organization.logo_url ? (
          <Button
            look="quiet"
            onPress={() => void perform(removeLogo, { refresh, done: t("organization.logo.removed") })}
          >
            {t("organization.logo.remove")}
          </Button>
        ) : null}
        <input
          ref={input}
          type="file"
          hidden
          aria-label={t("organization.logo")}
          accept={kinds.join()}
          onChange={({ target }) => {
            void take(target.files?.[0]);
            target.value = "";
          }}
        />
      </div>
      <p className={`text-12 ${problem ? "text-late" : "text-ink-3"}`} role={problem ? "alert" : undefined}>
        {problem ?? t("organization.logo.rules")}
      </p>
    </div>
  );
}
