import { useCommands } from "@helpdesk/commands";
import { day, number, t } from "@helpdesk/i18n";
import {
  Avatar,
  Button,
  type Column,
  CountBadge,
  DataTable,
  EmptyState,
  Page,
  Pager,
  SearchField,
  toast,
} from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { useMay } from "../../../app.ts";
import { useTyped } from "../../../shell/useTyped.ts";
import { type Customer, customersQuery, pageSize } from "../api.ts";
import type { CustomersSearch } from "../search.ts";

const CustomerForm = lazy(() => import("../ui/CustomerForm.tsx"));
const route = getRouteApi("/shell/customers");

/** All customers: found by name, address, company or telephone. */
export function CustomersPage() {
  const search = route.useSearch();
  const navigate = useNavigate();
  const mayWrite = useMay("customers:write");
  const [isAdding, setAdding] = useState(false);
  const { data, error, refetch } = useQuery(customersQuery(search));
  const change = (next: Partial<CustomersSearch>, replace = false) =>
    navigate({ to: "/customers", search: { ...search, page: undefined, ...next }, replace });
  const [typed, setTyped] = useTyped(search.find ?? "", (find) => change({ find: find || undefined }, true));
  useCommands([
    {
      id: "customers.new",
      title: "commands.customers.new",
      scope: "list",
      isVisible: () => mayWrite,
      isEnabled: () => mayWrite,
      run: () => setAdding(true),
    },
  ]);
  const isNarrowed = Boolean(search.find || search.company);
  const addButton = mayWrite ? (
    <Button look="primary" onPress={() => setAdding(true)}>
      {t("customers.new")}
    </Button>
  ) : null;
  return (
    <Page
      title={t("customers.title")}
      aside={<CountBadge count={data?.count} label={t("customers.title")} />}
      actions={
        <>
          <SearchField label={t("customers.find")} className="w-40 pane:w-56" value={typed} onChange={setTyped} />
          {addButton}
        </>
      }
    >
      {search.company ? (
        <div className="mb-3 flex items-center gap-2">
          <span className="text-ink-3">{t("customers.company")}</span>
          <Button onPress={() => change({ company: undefined })}>
            <bdi>{search.company}</bdi>
            <span aria-hidden="true">×</span>
            <span className="sr-only">{t("customers.company.any")}</span>
          </Button>
        </div>
      ) : null}
      <DataTable
        label={t("customers.title")}
        columns={columns}
        rows={data?.results}
        rowKey={(customer) => customer.id}
        error={error}
        onRetry={() => void refetch()}
        ordering={search.order ?? "name"}
        onOrder={(order) => change({ order: order as CustomersSearch["order"] })}
        empty={
          isNarrowed ? (
            <EmptyState
              icon="search"
              title={t("customers.none-found")}
              action={
                <Button onPress={() => change({ find: undefined, company: undefined })}>
                  {t("customers.show-all")}
                </Button>
              }
            >
              {t("customers.none-found.why")}
            </EmptyState>
          ) : (
            <EmptyState icon="people" title={t("customers.none")} action={addButton}>
              {t("customers.none.why")}
            </EmptyState>
          )
        }
      />
      <Pager
        page={search.page ?? 1}
        pageSize={pageSize}
        count={data?.count}
        isCapped={data?.count_capped}
        hasNext={Boolean(data?.next)}
        onPage={(page) => change({ page })}
      />
      <Suspense>
        {isAdding ? (
          <CustomerForm
            onClose={() => setAdding(false)}
            onDone={(customer) => {
              toast(t("customers.created", { name: customer.name }));
              void navigate({ to: "/customers/$id", params: { id: customer.id } });
            }}
          />
        ) : null}
      </Suspense>
    </Page>
  );
}

const columns: Column<Customer>[] = [
  {
    id: "name",
    get title() {
      return t("customers.name");
    },
    order: "name",
    cell: (customer) => (
      <Link
        to="/customers/$id"
        params={{ id: customer.id }}
        className="flex min-w-40 items-center gap-2 rounded-control font-medium hover:underline"
      >
        <Avatar name={customer.name} />
        <span className="min-w-0">
          <bdi className={`block truncate ${customer.status === "active" ? "" : "text-ink-3 line-through"}`}>
            {customer.name}
          </bdi>
          <span className="block truncate text-12 font-normal text-ink-3 pane:hidden" dir="ltr">
            {customer.email}
          </span>
        </span>
      </Link>
    ),
  },
  {
    id: "email",
    get title() {
      return t("customers.email");
    },
    order: "email",
    isWide: true,
    cell: (customer) => (
      <span className="text-ink-2" dir="ltr">
        {customer.email}
      </span>
    ),
  },
  {
    id: "company",
    get title() {
      return t("customers.company");
    },
    isWide: true,
    cell: (customer) =>
      customer.company ? (
        <Link
          to="/customers"
          search={{ company: customer.company }}
          dir="auto"
          className="rounded-control text-ink-2 hover:text-ink-1 hover:underline"
        >
          {customer.company}
        </Link>
      ) : null,
  },
  {
    id: "phone",
    get title() {
      return t("customers.phone");
    },
    isWide: true,
    cell: (customer) => (
      <span className="whitespace-nowrap text-ink-2 tabular-nums" dir="ltr">
        {customer.phone}
      </span>
    ),
  },
  {
    id: "tickets",
    get title() {
      return t("customers.tickets");
    },
    className: "text-end tabular-nums",
    cell: (customer) => number(customer.ticket_count),
  },
  {
    id: "since",
    get title() {
      return t("customers.since");
    },
    order: "created_at",
    isWide: true,
    className: "whitespace-nowrap",
    cell: (customer) => <span className="text-ink-3">{day(customer.created_at)}</span>,
  },
];
