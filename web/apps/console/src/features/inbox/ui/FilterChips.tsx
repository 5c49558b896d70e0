import { t } from "@helpdesk/i18n";
import { Icon } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { memo } from "react";
import { Button } from "react-aria-components";
import { may } from "../../../app.ts";
import { peopleQuery, teamsQuery } from "../../../shell/queries.ts";
import { priorityName, useStatusName } from "../../triage/index.ts";
import { type FilterName, filterNames, hasFilters } from "../lists.ts";
import type { InboxSearch } from "../search.ts";

type Props = { search: InboxSearch; onSearch: (change: Partial<InboxSearch>) => void };

/** The filters in force, each with the way out of it. */
export const FilterChips = memo(function FilterChips({ search, onSearch }: Props) {
  const { data: people = [] } = useQuery({ ...peopleQuery, enabled: may("users:read") });
  const { data: teams = [] } = useQuery({ ...teamsQuery, enabled: may("users:read") });
  const statusName = useStatusName();
  if (!hasFilters(search)) return null;
  const names: Record<FilterName, (id: string) => string> = {
    status: statusName,
    priority: priorityName,
    assignee: (id) =>
      id === "me"
        ? t("inbox.me")
        : id === "none"
          ? t("inbox.unassigned")
          : (people.find((one) => one.id === id)?.name ?? id),
    team: (id) => teams.find((one) => one.id === id)?.name ?? id,
    tag: (id) => id,
    channel: (id) => t(`inbox.channel.${id}`),
  };
  return (
    <ul aria-label={t("inbox.filters")} className="flex shrink-0 flex-wrap gap-1 border-b border-line px-4 py-1.5">
      {search.find ? <Chip text={`“${search.find}”`} onRemove={() => onSearch({ find: undefined })} /> : null}
      {search.watching ? (
        <Chip text={t("inbox.filter.watching")} onRemove={() => onSearch({ watching: undefined })} />
      ) : null}
      {filterNames.map((name) => {
        const values = search[name];
        if (!values?.length) return null;
        const text = `${t(`inbox.filter.${name}`)}: ${values.map(names[name]).join(", ")}`;
        return <Chip key={name} text={text} onRemove={() => onSearch({ [name]: undefined })} />;
      })}
    </ul>
  );
});

function Chip({ text, onRemove }: { text: string; onRemove: () => void }) {
  return (
    <li className="flex h-6 max-w-full items-center rounded-control border border-line bg-raised ps-2 text-12">
      <bdi className="truncate">{text}</bdi>
      <Button
        aria-label={t("inbox.filter.remove", { filter: text })}
        onPress={onRemove}
        className="grid size-6 shrink-0 place-items-center text-ink-3 outline-none hovered:text-ink-1 focus-ring:outline-2 focus-ring:outline-petrol"
      >
        <Icon name="close" className="size-3" />
      </Button>
    </li>
  );
}
