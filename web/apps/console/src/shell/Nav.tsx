import { t } from "@helpdesk/i18n";
import { Avatar, ConnectionPill, CountBadge, Icon, IconButton } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { Link, type LinkProps } from "@tanstack/react-router";
import { type ReactNode, Suspense, useState, useSyncExternalStore } from "react";
import { may, realtime, useMe } from "../app.ts";
import { BrandMark } from "./BrandMark.tsx";
import { later, pageIsThere } from "./later.ts";
import { type NavItem, navigation } from "./nav.ts";
import { countsQuery, demoQuery, teamsQuery } from "./queries.ts";

const Bell = later(() => import("../features/notifications/ui/Bell.tsx"));
const AccountMenu = later(() => import("./AccountMenu.tsx"));

type Props = { isOpen: boolean; onToggle: (isOpen: boolean) => void; onPalette: () => void };

/** The navigation: a rail beside the page, or below 860 px a bar that opens it over the page. */
export function Nav({ isOpen, onToggle, onPalette }: Props) {
  const me = useMe();
  // Pressed before the menu was fetched: it opens as soon as it is there.
  const [wantsAccount, setWantsAccount] = useState(false);
  return (
    <div className="flex min-h-0 flex-col">
      <div className="flex h-12 shrink-0 items-center gap-2 border-b border-line px-3 pane:border-0 pane:max-wide:h-28 pane:max-wide:flex-col pane:max-wide:justify-center pane:max-wide:px-0">
        <IconButton
          icon={isOpen ? "close" : "menu"}
          label={t("shell.nav.menu")}
          aria-expanded={isOpen}
          className="pane:hidden"
          onPress={() => onToggle(!isOpen)}
        />
        <BrandMark />
        <span className="min-w-0 flex-1 truncate font-semibold pane:max-wide:sr-only" dir="auto">
          {me.organization.name}
        </span>
        <IconButton icon="search" label={t("commands.palette")} command="palette" onPress={onPalette} />
        <Suspense fallback={<span className="size-7" />}>
          <Bell />
        </Suspense>
      </div>
      <nav
        aria-label={t("shell.nav.main")}
        className={`min-h-0 flex-1 flex-col overflow-y-auto max-pane:fixed max-pane:inset-x-0 max-pane:top-12 max-pane:bottom-0 max-pane:z-20 max-pane:bg-canvas pane:flex ${isOpen ? "flex" : "hidden"}`}
      >
        <Lists />
        <div className="mt-auto grid justify-items-start gap-0.5 p-2">
          <Connection />
          <Suspense
            fallback={
              <button
                type="button"
                className="flex w-full min-w-0 items-center gap-2 p-1 text-start text-ink-2"
                onClick={() => {
                  setWantsAccount(true);
                  pageIsThere();
                }}
              >
                <Avatar name={me.name} size={28} />
                <span className="truncate pane:max-wide:sr-only" dir="auto">
                  {me.name}
                </span>
              </button>
            }
          >
            <AccountMenu isOpenAtFirst={wantsAccount} />
          </Suspense>
        </div>
      </nav>
    </div>
  );
}

function Lists() {
  const { data: counts } = useQuery(countsQuery);
  const { data: teams } = useQuery({ ...teamsQuery, enabled: may("users:read") });
  const { data: isDemo = false } = useQuery({ ...demoQuery, enabled: may("mail_catcher:read") });
  const me = useMe();
  const teamCounts: Record<string, number> = counts?.teams ?? {};
  const own = teams?.filter((team) => team.members.includes(me.id)) ?? [];
  return navigation.map((group, place) => {
    const items = group.items.filter(
      (item) => (!item.needs || [item.needs].flat().some(may)) && (!item.isDemo || isDemo),
    );
    if (items.length === 0) return null;
    return (
      <Group key={group.title} title={t(group.title)}>
        {items.map((item) => (
          <Item key={item.title} item={item} count={counts && item.count?.(counts)} />
        ))}
        {place === 0
          ? own.map((team) => (
              <Item
                key={team.id}
                name={team.name}
                item={{ title: "", to: "/inbox", search: { list: team.id }, icon: "people" }}
                count={teamCounts[team.id]}
              />
            ))
          : null}
      </Group>
    );
  });
}

function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="px-2 pt-3">
      <h2 className="px-2 pb-1 text-12 text-ink-3 pane:max-wide:sr-only">{title}</h2>
      <ul>{children}</ul>
    </div>
  );
}

function Item({ item, name, count }: { item: NavItem; name?: string; count?: number | null }) {
  return (
    <li>
      <Link
        title={name ?? t(item.title)}
        to={item.to as LinkProps["to"]}
        search={item.search as never}
        activeOptions={{ exact: false, includeSearch: item.search !== undefined }}
        className="flex h-7 items-center gap-2 rounded-control px-2 text-ink-2 pane:max-wide:justify-center pane:max-wide:px-0 hover:bg-line-soft max-pane:h-10 aria-[current=page]:bg-line-soft aria-[current=page]:font-semibold aria-[current=page]:text-ink-1"
      >
        <Icon name={item.icon} className="text-ink-3" />
        <span className="min-w-0 flex-1 truncate pane:max-wide:sr-only" dir="auto">
          {name ?? t(item.title)}
        </span>
        <span className="pane:max-wide:sr-only">
          <CountBadge count={count} />
        </span>
      </Link>
    </li>
  );
}

function Connection() {
  const status = useSyncExternalStore(realtime.watch, () => realtime.status);
  return (
    <ConnectionPill
      state={status.state}
      at={status.state === "reconnecting" ? status.at : undefined}
      onRetry={realtime.retry}
    />
  );
}
