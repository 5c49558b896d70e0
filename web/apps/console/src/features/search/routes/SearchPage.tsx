import { useCommands } from "@helpdesk/commands";
import { number, t } from "@helpdesk/i18n";
import { Page, SearchField, Segmented } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useMay } from "../../../app.ts";
import { useTyped } from "../../../shell/useTyped.ts";
import { customersFoundQuery, ticketsFoundQuery } from "../api.ts";
import { isAsked, type SearchSearch } from "../search.ts";
import { CustomerResults } from "../ui/CustomerResults.tsx";
import { TicketResults } from "../ui/TicketResults.tsx";

const route = getRouteApi("/shell/search");

/** Everything that has ever been asked, and everybody who asked. */
export function SearchPage() {
  const search = route.useSearch();
  const navigate = useNavigate();
  const mayCustomers = useMay("customers:read");
  const field = useRef<HTMLInputElement>(null);
  const change = (next: Partial<SearchSearch>, replace = false) =>
    navigate({ to: "/search", search: { ...search, page: undefined, ...next }, replace });
  const [typed, setTyped] = useTyped(search.find ?? "", (find) => change({ find: find || undefined }, true));
  useCommands([
    { id: "search", title: "commands.search", scope: "global", keys: ["/"], run: () => field.current?.focus() },
  ]);
  useEffect(() => field.current?.focus(), []);
  const customers = useQuery({ ...customersFoundQuery(search), enabled: mayCustomers && Boolean(search.find) });
  const tickets = useQuery(ticketsFoundQuery(search));
  const kind = mayCustomers ? (search.in ?? "tickets") : "tickets";
  return (
    <Page title={t("search.title")}>
      <div className="grid max-w-[920px] grid-cols-[minmax(0,1fr)] gap-4">
        <div className="flex flex-wrap items-center gap-3">
          <SearchField
            label={t("search.find")}
            className="min-w-56 flex-1"
            inputRef={field}
            value={typed}
            onChange={setTyped}
          />
          {mayCustomers ? (
            <Segmented
              label={t("search.kind")}
              value={kind}
              onChange={(next) => change({ in: next === "tickets" ? undefined : next })}
              items={[
                { id: "tickets", name: withCount("search.tickets", isAsked(search) ? tickets.data : undefined) },
                { id: "customers", name: withCount("search.customers", search.find ? customers.data : undefined) },
              ]}
            />
          ) : null}
        </div>
        {kind === "tickets" ? (
          <TicketResults search={search} onChange={change} />
        ) : (
          <CustomerResults search={search} onPage={(page) => change({ page })} />
        )}
      </div>
    </Page>
  );
}

type Counted = { count?: number | null; count_capped?: boolean } | undefined;

function withCount(title: string, page: Counted): string {
  if (page?.count == null) return t(title);
  const count = page.count_capped ? t("ui.more-than", { count: number(page.count) }) : number(page.count);
  return `${t(title)} ${count}`;
}
