import { t } from "@helpdesk/i18n";
import {
  Banner,
  Button,
  Checkbox,
  ConfirmDialog,
  EmptyState,
  ErrorState,
  Select,
  Skeleton,
  TextField,
} from "@helpdesk/ui";
import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { roleName } from "../../../shell/words.ts";
import { rolesQuery } from "../../people/index.ts";
import { ActionRow, CopyField, EditForm, FormSection, perform, SettingsPage, useForm } from "../../settings/index.ts";
import { changeProvider, createProvider, type Provider, providersQuery, removeProvider, testProvider } from "../api.ts";

const route = getRouteApi("/shell/settings/sign-in/$id");

/** One identity provider, or a new one. */
export function ProviderPage() {
  const { id } = route.useParams();
  const { data, error, refetch } = useQuery(providersQuery);
  const provider = data?.results.find((one) => one.id === id);
  const isNew = id === "new";
  return (
    <SettingsPage
      title={isNew ? t("organization.provider.add") : (provider?.name ?? "")}
      parent={{ to: "/settings/sign-in", title: t("settings.providers") }}
    >
      {isNew || provider ? (
        <>
          <ProviderForm key={id} provider={provider} />
          {provider ? <Afterwards provider={provider} /> : null}
        </>
      ) : error ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : data ? (
        <EmptyState title={t("shell.nothing-here")} />
      ) : (
        <Skeleton />
      )}
    </SettingsPage>
  );
}

/** Words in a row, however they are separated. */
const words = (text: string) => text.split(/[\s,;]+/).filter(Boolean);

function ProviderForm({ provider }: { provider?: Provider }) {
  const navigate = useNavigate();
  const { data: roles = [] } = useQuery(rolesQuery);
  const [made, setMade] = useState<string>();
  const form = useForm({
    saved: {
      name: provider?.name ?? "",
      issuer: provider?.issuer ?? "",
      client_id: provider?.client_id ?? "",
      client_secret: "",
      scopes: provider?.scopes.join(" ") ?? "openid email profile",
      allowed_domains: provider?.allowed_domains.join(" ") ?? "",
      is_active: provider?.is_active ?? true,
      customers: provider?.customers ?? false,
      create_users: provider?.create_users ?? false,
      default_role: provider?.default_role ?? "agent",
      link_verified_email: provider?.link_verified_email ?? false,
    },
    save: async (values) => {
      const body = {
        ...values,
        client_secret: values.client_secret || undefined,
        scopes: words(values.scopes),
        allowed_domains: words(values.allowed_domains),
        default_role: values.create_users && !values.customers ? values.default_role : null,
      };
      if (provider) await changeProvider(provider.id, body);
      else setMade((await createProvider({ ...body, client_secret: values.client_secret })).id);
    },
    refresh: ["identity-providers", "sign-in-providers"],
  });
  if (made && !form.isDirty) void navigate({ to: "/settings/sign-in/$id", params: { id: made }, replace: true });
  const { values, errors, set, field } = form;
  const text = (name: "name" | "issuer" | "client_id" | "scopes" | "allowed_domains") => ({
    value: values[name],
    onChange: set(name),
    error: errors[name],
  });
  return (
    <EditForm form={form}>
      <TextField
        isRequired
        label={t("organization.provider.name")}
        hint={t("organization.provider.name.hint")}
        {...text("name")}
      />
      <TextField
        isRequired
        type="url"
        label={t("organization.provider.issuer")}
        hint={t("organization.provider.issuer.hint")}
        placeholder="https://login.example.com/realms/staff"
        {...text("issuer")}
      />
      <TextField isRequired label={t("organization.provider.client")} {...text("client_id")} />
      <TextField
        isRequired={!provider}
        type="password"
        autoComplete="off"
        label={t("organization.provider.secret")}
        hint={provider?.has_client_secret ? t("organization.provider.secret.kept") : undefined}
        {...field("client_secret")}
      />
      {provider ? <CopyField label={t("organization.provider.redirect")} value={provider.redirect_uri} /> : null}
      <TextField
        label={t("organization.provider.scopes")}
        hint={t("organization.provider.scopes.hint")}
        {...text("scopes")}
      />
      <Checkbox isSelected={values.is_active} onChange={set("is_active")}>
        {t("organization.provider.is-active")}
      </Checkbox>
      <Checkbox isSelected={values.customers} onChange={set("customers")}>
        {t("organization.provider.is-for-customers")}
      </Checkbox>
      <Checkbox isSelected={values.link_verified_email} onChange={set("link_verified_email")}>
        {t("organization.provider.link")}
      </Checkbox>
      <Checkbox isSelected={values.create_users} onChange={set("create_users")}>
        {t("organization.provider.create")}
      </Checkbox>
      {values.create_users && !values.customers ? (
        <Select
          label={t("organization.provider.role")}
          items={roles.map((role) => ({ id: role.key, name: roleName(role) }))}
          {...field("default_role")}
        />
      ) : null}
      <TextField
        label={t("organization.provider.domains")}
        hint={t("organization.provider.domains.hint")}
        placeholder="example.com"
        {...text("allowed_domains")}
      />
    </EditForm>
  );
}

/** What can be done with a provider that exists: ask it, and let it go. */
function Afterwards({ provider }: { provider: Provider }) {
  const [isAsking, setAsking] = useState(false);
  const navigate = useNavigate();
  const test = useMutation({ mutationFn: () => testProvider(provider.id) });
  const remove = async () => {
    setAsking(false);
    if (await perform(() => removeProvider(provider.id), { refresh: ["identity-providers"] })) {
      void navigate({ to: "/settings/sign-in" });
    }
  };
  return (
    <div className="mt-8">
      <FormSection
        title={t("organization.provider.test")}
        about={t("organization.provider.test.about")}
        actions={
          <Button isDisabled={test.isPending} onPress={() => test.mutate()}>
            {t("organization.provider.test.start")}
          </Button>
        }
      >
        {test.isError ? <ErrorState error={test.error} /> : null}
        {test.data ? (
          <Banner kind={test.data.is_usable ? "info" : "error"}>
            {test.data.is_usable
              ? t("organization.provider.test.works", { keys: test.data.keys })
              : (test.data.problem ?? t("organization.provider.test.fails"))}
          </Banner>
        ) : null}
      </FormSection>
      <FormSection title={t("organization.provider.remove")}>
        <ActionRow
          about={t("organization.provider.remove.why")}
          action={t("organization.provider.remove")}
          look="danger"
          onPress={() => setAsking(true)}
        />
      </FormSection>
      <ConfirmDialog
        title={t("organization.provider.remove.ask", { name: provider.name })}
        text={t("organization.provider.remove.why")}
        action={t("organization.provider.remove")}
        isOpen={isAsking}
        onOpenChange={setAsking}
        onConfirm={() => void remove()}
      />
    </div>
  );
}
