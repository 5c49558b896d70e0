import { t } from "@helpdesk/i18n";
import { Button, Checkbox, Dialog, SearchField } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { CheckboxGroup, Label } from "react-aria-components";
import { may } from "../../../app.ts";
import { peopleQuery, teamsQuery } from "../../../shell/queries.ts";
import { priorities, priorityName, useStatuses } from "../../triage/index.ts";
import { type FilterName, filterNames } from "../lists.ts";
import type { InboxSearch } from "../search.ts";

const channels = ["email", "web", "portal", "chat", "phone", "api", "sms", "social", "iot"];

type Props = { search: InboxSearch; onSearch: (change: Partial<InboxSearch>) => void; onClose: () => void };
type Choice = { id: string; name: string };

/** Every filter of the list at once; within one, any of the ticked is enough. */
export default function FilterPanel({ search, onSearch, onClose }: Props) {
  const [chosen, setChosen] = useState<Partial<InboxSearch>>(() => ({
    find: search.find,
    watching: search.watching,
    ...Object.fromEntries(filterNames.map((name) => [name, search[name]])),
  }));
  const [tags, setTags] = useState(search.tag?.join(", ") ?? "");
  const { data: people = [] } = useQuery({ ...peopleQuery, enabled: may("users:read") });
  const { data: teams = [] } = useQuery({ ...teamsQuery, enabled: may("users:read") });
  const statuses = useStatuses().map(({ key, name }) => ({ id: key, name }));
  const assignees = [
    { id: "me", name: t("inbox.me") },
    { id: "none", name: t("inbox.unassigned") },
    ...people.map(({ id, name }) => ({ id, name })),
  ];
  const apply = () => {
    const list = tags
      .split(",")
      .map((tag) => tag.trim().toLowerCase())
      .filter(Boolean);
    const change: Partial<InboxSearch> = {
      find: chosen.find?.trim() || undefined,
      watching: chosen.watching,
    };
    for (const name of filterNames) change[name] = chosen[name]?.length ? chosen[name] : undefined;
    onSearch({ ...change, tag: list.length > 0 ? list : undefined });
    onClose();
  };
  const group = (name: FilterName, items: Choice[]): ReactNode => (
    <CheckboxGroup
      value={chosen[name] ?? []}
      onChange={(value) => setChosen({ ...chosen, [name]: value })}
      className="grid content-start gap-1"
    >
      <Label className="font-medium">{t(`inbox.filter.${name}`)}</Label>
      <div className="grid max-h-48 gap-0.5 overflow-y-auto">
        {items.map((item) => (
          <Checkbox key={item.id} value={item.id}>
            <bdi className="truncate">{item.name}</bdi>
          </Checkbox>
        ))}
      </div>
    </CheckboxGroup>
  );
  return (
    <Dialog isOpen width="wide" title={t("inbox.filter")} onOpenChange={(isOpen) => !isOpen && onClose()}>
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          apply();
        }}
      >
        <div className="grid gap-3 sm:grid-cols-2">
          <SearchField
            autoFocus
            label={t("inbox.find")}
            value={chosen.find ?? ""}
            onChange={(find) => setChosen({ ...chosen, find })}
          />
          <SearchField
            label={t("inbox.filter.tag")}
            placeholder={t("inbox.filter.tag.hint")}
            value={tags}
            onChange={setTags}
          />
        </div>
        <div className="grid grid-cols-2 gap-4 sm:grid-cols-3">
          {group("status", statuses)}
          {group(
            "priority",
            priorities.map((id) => ({ id, name: priorityName(id) })),
          )}
          {group(
            "channel",
            channels.map((id) => ({ id, name: t(`inbox.channel.${id}`) })),
          )}
          {group("assignee", assignees)}
          {teams.length > 0 ? group("team", teams) : null}
        </div>
        <div className="flex flex-wrap items-center justify-end gap-2">
          <span className="me-auto">
            <Checkbox
              isSelected={chosen.watching === "me"}
              onChange={(isWatching) => setChosen({ ...chosen, watching: isWatching ? "me" : undefined })}
            >
              {t("inbox.filter.watching")}
            </Checkbox>
          </span>
          <Button
            look="quiet"
            onPress={() => {
              setChosen({});
              setTags("");
            }}
          >
            {t("inbox.filter.none")}
          </Button>
          <Button type="submit" look="primary">
            {t("inbox.filter.apply")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
