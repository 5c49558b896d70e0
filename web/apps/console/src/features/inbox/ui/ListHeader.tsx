import { t } from "@helpdesk/i18n";
import { Button, CountBadge, Icon, IconButton } from "@helpdesk/ui";
import { memo, Suspense } from "react";
import { later, pageIsThere } from "../../../shell/later.ts";
import { filterNames } from "../lists.ts";
import type { Order } from "../model.ts";
import type { InboxSearch } from "../search.ts";

const ColumnsMenu = later(() => import("./ColumnsMenu.tsx"));
const OrderMenu = later(() => import("./OrderMenu.tsx"));

/** Names the order, before its menu is there. */
const OrderButton = ({ order }: { order: Order }) => (
  <Button look="quiet" className="px-2" onPress={pageIsThere}>
    {t(`inbox.order.${order}`)}
    <Icon name="caret" className="size-3.5" />
  </Button>
);

type Props = {
  title: string;
  count: number | undefined;
  isCapped: boolean;
  search: InboxSearch;
  onSearch: (change: Partial<InboxSearch>) => void;
  onFilter: () => void;
};

/** The name of the list, how many, and how it is shown. */
export const ListHeader = memo(function ListHeader({ title, count, isCapped, search, onSearch, onFilter }: Props) {
  const { order = "due_at", group = "on", mode = "split" } = search;
  const filters = filterNames.reduce(
    (sum, name) => sum + (search[name]?.length ?? 0),
    [search.find, search.watching].filter(Boolean).length,
  );
  return (
    <header className="flex h-12 shrink-0 items-center gap-1 border-b border-line ps-4 pe-2">
      <h1 className="truncate text-16 font-semibold" dir="auto">
        {title}
      </h1>
      <span className="ms-1 me-auto">
        <CountBadge count={isCapped && count ? count + 1 : count} label={t("inbox.tickets")} />
      </span>
      <Suspense fallback={<OrderButton order={order} />}>
        <OrderMenu order={order} group={group} onSearch={onSearch} />
      </Suspense>
      <Button look="quiet" className="px-2" onPress={onFilter} aria-label={t("inbox.filter")}>
        <Icon name="filter" />
        {filters > 0 ? <span className="text-12 text-petrol tabular-nums">{filters}</span> : null}
      </Button>
      {mode === "table" ? (
        <span className="max-pane:hidden">
          <Suspense fallback={<span className="inline-block size-7" />}>
            <ColumnsMenu />
          </Suspense>
        </span>
      ) : null}
      <IconButton
        icon={mode === "split" ? "table" : "split"}
        label={t(mode === "split" ? "inbox.mode.table" : "inbox.mode.split")}
        className="max-pane:hidden"
        onPress={() => onSearch({ mode: mode === "split" ? "table" : undefined })}
      />
    </header>
  );
});
