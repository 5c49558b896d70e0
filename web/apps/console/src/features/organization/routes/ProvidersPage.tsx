import { t } from "@helpdesk/i18n";
import { Button, CountBadge } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { ResourceList, SettingsPage } from "../../settings/index.ts";
import { providersQuery } from "../api.ts";

/** Where people may sign in beside their password. */
export function ProvidersPage() {
  const list = useQuery(providersQuery);
  const navigate = useNavigate();
  const add = () => void navigate({ to: "/settings/sign-in/$id", params: { id: "new" } });
  return (
    <SettingsPage
      title={t("settings.providers")}
      about={t("organization.provider.about")}
      aside={<CountBadge count={list.data?.count} />}
      actions={
        <Button look="primary" onPress={add}>
          {t("organization.provider.add")}
        </Button>
      }
    >
      <ResourceList
        label={t("settings.providers")}
        list={list}
        rowKey={(row) => row.id}
        columns={[
          {
            id: "name",
            title: t("organization.provider.name"),
            cell: (row) => (
              <Link
                to="/settings/sign-in/$id"
                params={{ id: row.id }}
                className="inline-flex min-h-6 items-center font-medium hover:underline"
              >
                <bdi>{row.name}</bdi>
              </Link>
            ),
          },
          {
            id: "issuer",
            title: t("organization.provider.issuer"),
            isWide: true,
            cell: (row) => <bdi className="text-ink-2">{row.issuer}</bdi>,
          },
          {
            id: "for",
            title: t("organization.provider.for"),
            cell: (row) => t(row.customers ? "organization.provider.customers" : "organization.provider.staff"),
          },
          {
            id: "state",
            title: t("organization.provider.state"),
            cell: (row) => (
              <span className={row.is_active ? "text-ok" : "text-ink-3"}>
                {t(row.is_active ? "organization.provider.active" : "organization.provider.off")}
              </span>
            ),
          },
        ]}
        empty={{ title: t("organization.provider.none"), text: t("organization.provider.none.why") }}
      />
    </SettingsPage>
  );
}
