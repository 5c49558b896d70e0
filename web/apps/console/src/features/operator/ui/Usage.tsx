import { fileSize, number, t } from "@helpdesk/i18n";
import { ErrorState, Skeleton } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { FormSection } from "../../settings/index.ts";
import { usageQuery } from "../api.ts";

/** How much an organization has, in numbers alone: an operator sees nothing of what is in it. */
export function Usage({ slug }: { slug: string }) {
  const { data, error, refetch } = useQuery(usageQuery(slug));
  const figures = data && [
    ["staff", number(data.staff)],
    ["customers", number(data.customers)],
    ["tickets", number(data.tickets)],
    ["open", number(data.open_tickets)],
    ["messages", number(data.messages)],
    ["files", fileSize(data.file_bytes)],
    ["mails", fileSize(data.mail_bytes)],
  ];
  return (
    <FormSection title={t("operator.usage")}>
      {figures ? (
        <dl className="grid grid-cols-[repeat(auto-fill,minmax(8rem,1fr))] gap-x-6 gap-y-3">
          {figures.map(([name, value]) => (
            <div key={name}>
              <dt className="text-ink-3">{t(`operator.usage.${name}`)}</dt>
              <dd className="text-16 tabular-nums">{value}</dd>
            </div>
          ))}
        </dl>
      ) : error ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : (
        <Skeleton rows={2} />
      )}
    </FormSection>
  );
}
