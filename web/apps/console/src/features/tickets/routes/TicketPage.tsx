import { answer } from "@helpdesk/api";
import { ErrorState, Skeleton } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Navigate, useRouter } from "@tanstack/react-router";
import { api } from "../../../app.ts";
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
    </main>
  );
}

function Elsewhere({ reference }: { reference: string }) {
  const { data, error, refetch } = useQuery({
    queryKey: ["ticket", "by", reference],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/tickets/{id}/", { signal, params: { path: { id: reference } } })),
  });
  if (data) return <Navigate to="/tickets/$number" params={{ number: String(data.number) }} replace />;
  return error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <Skeleton />;
}
