import { t } from "@helpdesk/i18n";
import { Button, CountBadge, Page, Select, useTitle } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { ResourceList } from "../../settings/index.ts";
import { organizationsQuery } from "../api.ts";
import { NewOrganizationDialog } from "../ui/NewOrganizationDialog.tsx";
import { StatusText } from "../ui/StatusText.tsx";

const route = getRouteApi("/operator/organizations");

/** All organizations of the installation. */
export function OrganizationsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const list = useQuery(organizationsQuery(search));
  const [isMaking, setMaking] = useState(false);
  useTitle(t("operator.organizations"), t("operator.title"));
  const change = (next: Record<string, unknown>) =>
    void navigate({ search: (old) => ({ ...old, ...next }), replace: true });
  return (
    <Page
      title={t("operator.organizations")}
      aside={<CountBadge count={list.data?.count} />}
      actions={
        <Button look="primary" onPress={() => setMaking(true)}>
          {t("operator.organization.new")}
        </Button>
      }
    >
      <ResourceList
        label={t("operator.organizations")}
        list={list}
        search={search}
        onSearch={change}
        canFind
        rowKey={(row) => row.id}
        filters={
          <Select
            label={t("operator.status")}
            isLabelHidden
            className="w-44"
            items={["", "active", "suspended"].map((id) => ({ id, name: t(`operator.status.${id || "all"}`) }))}
            value={search.status ?? ""}
            onChange={(status) => change({ status: status || undefined, page: undefined })}
          />
        }
        columns={[
          {
            id: "name",
            title: t("operator.name"),
            cell: (row) => (
              <Link
                to="/operator/organizations/$slug"
                params={{ slug: row.slug }}
                className="inline-flex min-h-6 items-center font-medium hover:underline"
              >
                <bdi>{row.name}</bdi>
              </Link>
            ),
          },
          { id: "slug", title: t("operator.slug"), cell: (row) => <bdi className="font-mono text-12">{row.slug}</bdi> },
          {
            id: "url",
            title: t("operator.address"),
            isWide: true,
            cell: (row) => (
              <a href={row.url} className="text-petrol underline" rel="noreferrer">
                <bdi>{row.url}</bdi>
              </a>
            ),
          },
          {
            id: "placement",
            title: t("operator.placement"),
            isWide: true,
            cell: (row) => t(`operator.placement.${row.placement}`),
          },
          { id: "status", title: t("operator.status"), cell: (row) => <StatusText status={row.status} /> },
        ]}
        empty={{ title: t("operator.organization.none"), text: t("operator.organization.none.why") }}
      />
      {isMaking ? <NewOrganizationDialog onClose={() => setMaking(false)} /> : null}
    </Page>
  );
}
