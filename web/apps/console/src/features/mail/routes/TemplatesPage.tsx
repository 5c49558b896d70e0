import { day, t } from "@helpdesk/i18n";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ResourceList, SettingsPage } from "../../settings/index.ts";
import { templatesQuery } from "../api.ts";

/** The mails that the product writes itself. */
export function TemplatesPage() {
  const list = useQuery(templatesQuery);
  return (
    <SettingsPage title={t("settings.templates")} about={t("mail.template.about")}>
      <ResourceList
        label={t("settings.templates")}
        list={list}
        rowKey={(row) => row.key}
        columns={[
          {
            id: "key",
            title: t("mail.template"),
            cell: (row) => (
              <Link
                to="/settings/mail-templates/$key"
                params={{ key: row.key }}
                className="inline-flex min-h-6 items-center font-medium hover:underline"
              >
                {t(`mail.template.${row.key}`)}
              </Link>
            ),
          },
          {
            id: "subject",
            title: t("mail.subject"),
            isWide: true,
            cell: (row) => <bdi className="line-clamp-1 text-ink-2">{row.subject}</bdi>,
          },
          {
            id: "state",
            title: t("mail.template.state"),
            cell: (row) => (
              <span className={row.is_default ? "text-ink-3" : ""}>
                {row.is_default || !row.updated_at
                  ? t("mail.template.as-shipped")
                  : t("mail.template.changed", { day: day(row.updated_at) })}
              </span>
            ),
          },
        ]}
        empty={{ title: t("mail.template.none") }}
      />
    </SettingsPage>
  );
}
