import { useCommands } from "@helpdesk/commands";
import { dateTime, day, number, t } from "@helpdesk/i18n";
import {
  Avatar,
  Banner,
  Button,
  EmptyState,
  ErrorState,
  errorText,
  Page,
  Pager,
  Segmented,
  Skeleton,
  toast,
} from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { useMay } from "../../../app.ts";
import { customerTicketsPageSize, customerTicketsQuery } from "../../../shell/customerTickets.ts";
import { TicketRows } from "../../../shell/TicketRows.tsx";
import {
  type Customer,
  changeCustomer,
  customerQuery,
  deleteCustomer,
  inviteCustomer,
  restoreCustomer,
} from "../api.ts";

const CustomerForm = lazy(() => import("../ui/CustomerForm.tsx"));
const route = getRouteApi("/shell/customers/$id");

/** One customer: who it is, and everything they ever asked. */
export function CustomerPage() {
  const { id } = route.useParams();
  const { data: customer, error, refetch } = useQuery(customerQuery(id));
  if (customer) return <Profile customer={customer} />;
  return (
    <Page title={t("customers.one")}>
      {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <Skeleton />}
    </Page>
  );
}

function Profile({ customer }: { customer: Customer }) {
  const mayWrite = useMay("customers:write");
  const mayCreate = useMay("tickets:create");
  const navigate = useNavigate();
  const [isEditing, setEditing] = useState(false);
  const isSuspended = customer.status === "suspended";
  const isRemoved = customer.status === "removed";
  const remove = async () => {
    if (await tell(() => deleteCustomer(customer), t("customers.deleted", { name: customer.name }), restore))
      await navigate({ to: "/customers" });
  };
  const restore = () => tell(() => restoreCustomer(customer.id), t("customers.restored", { name: customer.name }));
  const newTicket = () => navigate({ to: "/tickets/new", search: { customer: customer.id } });
  useCommands([
    {
      id: "customers.edit",
      title: "commands.customers.edit",
      scope: "ticket",
      isVisible: () => mayWrite,
      isEnabled: () => mayWrite,
      run: () => setEditing(true),
    },
  ]);
  return (
    <Page
      title={customer.name}
      actions={
        <>
          {mayWrite && !isRemoved ? (
            <>
              <Button look="danger" onPress={() => void remove()}>
                {t("customers.delete")}
              </Button>
              <Button onPress={() => setEditing(true)}>{t("customers.edit")}</Button>
            </>
          ) : null}
          {mayCreate && !isRemoved ? (
            <Button look="primary" onPress={newTicket}>
              {t("customers.new-ticket")}
            </Button>
          ) : null}
        </>
      }
    >
      {isRemoved ? (
        <div className="mb-4">
          <Banner
            kind="warn"
            action={mayWrite ? <Button onPress={() => void restore()}>{t("customers.restore")}</Button> : null}
          >
            {t("customers.is-deleted")}
          </Banner>
        </div>
      ) : null}
      {isSuspended ? (
        <div className="mb-4">
          <Banner
            kind="warn"
            action={
              mayWrite ? (
                <Button onPress={() => void setStatus(customer, "active")}>{t("customers.resume")}</Button>
              ) : null
            }
          >
            {t("customers.is-suspended")}
          </Banner>
        </div>
      ) : null}
      <div className="grid max-w-[1180px] grid-cols-[minmax(0,1fr)] gap-6 wide:grid-cols-[minmax(0,1fr)_288px]">
        <Tickets customer={customer} />
        <Details customer={customer} mayWrite={mayWrite} />
      </div>
      <Suspense>
        {isEditing ? (
          <CustomerForm
            customer={customer}
            onClose={() => setEditing(false)}
            onDone={() => {
              setEditing(false);
              toast(t("customers.saved"));
            }}
          />
        ) : null}
      </Suspense>
    </Page>
  );
}

function Tickets({ customer }: { customer: Customer }) {
  const { show = "open", page = 1 } = route.useSearch();
  const navigate = useNavigate();
  const { data, error, refetch } = useQuery(customerTicketsQuery(customer.id, show, page));
  const go = (search: { show?: "open" | "all"; page?: number }) =>
    navigate({ to: "/customers/$id", params: { id: customer.id }, search });
  return (
    <section aria-labelledby="customer-tickets" className="min-w-0">
      <header className="mb-2 flex flex-wrap items-center gap-3">
        <h2 id="customer-tickets" className="font-semibold">
          {t("customers.tickets")}
        </h2>
        <Segmented
          label={t("customers.tickets")}
          value={show}
          onChange={(next) => go({ show: next === "open" ? undefined : next })}
          items={[
            { id: "open", name: t("customers.tickets.open") },
            { id: "all", name: t("customers.tickets.all", { count: number(customer.ticket_count) }) },
          ]}
        />
      </header>
      {data === undefined ? (
        error ? (
          <ErrorState error={error} onRetry={() => void refetch()} />
        ) : (
          <Skeleton rows={4} height="h-11" />
        )
      ) : data.results.length === 0 ? (
        <EmptyState
          icon="inbox"
          title={t(customer.ticket_count === 0 ? "customers.tickets.none" : "customers.tickets.none-open")}
          action={
            customer.ticket_count > 0 && show === "open" ? (
              <Button onPress={() => go({ show: "all" })}>{t("customers.tickets.see-all")}</Button>
            ) : null
          }
        />
      ) : (
        <TicketRows label={t("customers.tickets")} tickets={data.results} hasCustomer={false} />
      )}
      <Pager
        page={page}
        pageSize={customerTicketsPageSize}
        count={data?.count}
        isCapped={data?.count_capped}
        hasNext={Boolean(data?.next)}
        onPage={(next) => go({ show: show === "open" ? undefined : show, page: next })}
      />
    </section>
  );
}

function Details({ customer, mayWrite }: { customer: Customer; mayWrite: boolean }) {
  return (
    <aside aria-label={t("customers.details")} className="grid content-start gap-4 max-wide:order-first">
      <div className="flex items-center gap-3">
        <Avatar name={customer.name} size={40} />
        <div className="min-w-0">
          <p className="truncate font-semibold" dir="auto">
            {customer.name}
          </p>
          {customer.company ? (
            <Link
              to="/customers"
              search={{ company: customer.company }}
              dir="auto"
              className="block truncate text-ink-3 hover:text-ink-1 hover:underline"
            >
              {customer.company}
            </Link>
          ) : null}
        </div>
      </div>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1.5 border-t border-line pt-3">
        <Line name={t("customers.email")}>
          <a href={`mailto:${customer.email}`} dir="ltr" className="break-all hover:underline">
            {customer.email}
          </a>
          <span className="block text-12 text-ink-3">
            {t(customer.email_verified ? "customers.verified" : "customers.unverified")}
          </span>
        </Line>
        {customer.phone ? (
          <Line name={t("customers.phone")}>
            <a href={`tel:${customer.phone}`} dir="ltr" className="tabular-nums hover:underline">
              {customer.phone}
            </a>
          </Line>
        ) : null}
        <Line name={t("customers.since")}>
          <time dateTime={customer.created_at} title={dateTime(customer.created_at)}>
            {day(customer.created_at)}
          </time>
        </Line>
      </dl>
      {mayWrite && customer.status === "active" ? <Account customer={customer} /> : null}
    </aside>
  );
}

function Line({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-ink-3">{name}</dt>
      <dd className="min-w-0">{children}</dd>
    </>
  );
}

/** The customer's own way in, and its end. */
function Account({ customer }: { customer: Customer }) {
  const [isBusy, setBusy] = useState(false);
  const invite = async () => {
    setBusy(true);
    try {
      await inviteCustomer(customer.id);
      toast(t("customers.invited", { email: customer.email }));
    } catch (error) {
      toast(errorText(error), { kind: "failed" });
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="flex flex-wrap gap-2 border-t border-line pt-3">
      <p className="w-full text-12 text-ink-3">{t("customers.invite.why")}</p>
      <Button isDisabled={isBusy} onPress={() => void invite()}>
        {t("customers.invite")}
      </Button>
      <Button look="danger" onPress={() => void setStatus(customer, "suspended")}>
        {t("customers.suspend")}
      </Button>
    </div>
  );
}

/** Does it and says so, with the way back, or says why not; true when it is done. */
async function tell(write: () => Promise<void>, done: string, undo?: () => unknown): Promise<boolean> {
  try {
    await write();
    toast(done, { undo: undo && (() => void undo()) });
    return true;
  } catch (error) {
    toast(errorText(error), { kind: "failed" });
    return false;
  }
}

async function setStatus(customer: Customer, status: "active" | "suspended") {
  try {
    const changed = await changeCustomer(customer, { status });
    const done = t(status === "active" ? "customers.resumed" : "customers.suspended", { name: customer.name });
    toast(done, { undo: () => void setStatus(changed, status === "active" ? "suspended" : "active") });
  } catch (error) {
    toast(errorText(error), { kind: "failed" });
  }
}
