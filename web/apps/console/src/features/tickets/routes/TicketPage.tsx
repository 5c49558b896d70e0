import { answer } from "@helpdesk/api";
import { ErrorState, Skeleton } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Navigate, useRouter } from "@tanstack/react-router";
import { api } from "../../../app.ts";
import { useTriage } from "../../triage/index.ts";
import { refreshTicket, ticketQuery } from "../api.ts";
import { TicketPane } from "../ui/TicketPane.tsx";

const route = getRouteApi("/shell/tickets/$number");

/** A ticket as a page of its own, by its number; an id or the caller's own name leads there. */
export function TicketPage() {
  const { number } = route.useParams();
  const { history, navigate } = useRouter();
  const close = () => (history.canGoBack() ? history.back() : void navigate({ to: "/inbox" }));
  if (!/^\d{1,15}$/.test(number)) return <Elsewhere reference={number} />;
  return (
    <main className="h-full min-h-0">
      <TicketPane key={number} number={Number(number)} onClose={close} />
      <Triage number={Number(number)} onNext={close} />
    </main>
  );
}

/** What acts on a ticket by key; beside a list, that is the list's. */
function Triage({ number, onNext }: { number: number; onNext: () => void }) {
  const { data: ticket } = useQuery(ticketQuery(number));
  const triage = useTriage({
    targets: () => (ticket ? [ticket] : []),
    onSettled: () => void refreshTicket(number),
    onNext,
  });
  return triage.dialog;
}

function Elsewhere({ reference }: { reference: string }) {
  const { data, error, refetch } = useQuery({
    queryKey: ["ticket", "by", reference],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/tickets/{id}/", { signal, params: { path: { id: reference } } })),
  });
  if (data) return <Navigate to="/tickets/$number" params={{ number: String(data.number) }} replace />;
  return error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <Skeleton />;
}
