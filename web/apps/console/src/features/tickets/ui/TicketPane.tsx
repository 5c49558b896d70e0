import { t } from "@helpdesk/i18n";
import { EmptyState, ErrorState, Skeleton, useTitle } from "@helpdesk/ui";
import { usePrefetchQuery, useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { tailQuery, ticketQuery } from "../api.ts";
import { Composer } from "../composer/Composer.tsx";
import { Held } from "../conversation/Held.tsx";
import { Thread } from "../conversation/Thread.tsx";
import { Inspector } from "../inspector/Inspector.tsx";
import { useTicketCommands } from "./commands.ts";
import { Header } from "./Header.tsx";
import { inspectorPlace } from "./inspectorPlace.ts";
import { Typing } from "./Present.tsx";
import { useLive } from "./useLive.ts";

const Clash = lazy(() => import("./Clash.tsx"));

type Props = {
  number: number;
  /** Leaves the ticket: to the list beside it, or to where one came from. */
  onClose: () => void;
};

/** A ticket: header, conversation, composer, and beside it what is known about it. */
export function TicketPane({ number, onClose }: Props) {
  const { data: ticket, error, refetch } = useQuery(ticketQuery(number));
  // Not one after the other: the conversation is what people open a ticket for.
  usePrefetchQuery(tailQuery(number));
  const [isInspectorOpen, setInspectorOpen] = useState(inspectorPlace.get);
  useLive(ticket);
  useTitle(ticket ? `#${ticket.number} ${ticket.subject}` : `#${number}`);
  const toggleInspector = () => {
    inspectorPlace.set(!isInspectorOpen);
    setInspectorOpen(!isInspectorOpen);
  };
  useTicketCommands({ ticket, number, toggleInspector });
  if (!ticket) {
    if ((error as { status?: number } | null)?.status === 404) {
      return (
        <EmptyState icon="inbox" title={t("tickets.missing")}>
          {t("tickets.missing.why")}
        </EmptyState>
      );
    }
    return error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <Skeleton rows={6} height="h-20" />;
  }
  return (
    <section
      aria-label={t("tickets.named", { number: ticket.number })}
      className="relative grid h-full min-h-0 grid-cols-[minmax(0,1fr)] grid-rows-[auto_minmax(0,1fr)] overflow-hidden bg-surface"
    >
      <Header ticket={ticket} onClose={onClose} isInspectorOpen={isInspectorOpen} onInspector={toggleInspector} />
      <div
        className={`grid min-h-0 grid-cols-[minmax(0,1fr)] ${isInspectorOpen ? "wide:grid-cols-[minmax(0,1fr)_288px]" : ""}`}
      >
        <div className="flex min-h-0 min-w-0 flex-col">
          <Thread key={number} ticket={ticket}>
            <Held ticket={ticket} />
          </Thread>
          <Typing ticket={ticket} />
          <Composer key={ticket.id} ticket={ticket} />
        </div>
        {isInspectorOpen ? (
          <aside
            aria-label={t("tickets.inspector")}
            className="max-wide:absolute max-wide:inset-y-0 max-wide:end-0 max-wide:top-12 max-wide:z-10 max-wide:w-80 max-wide:max-w-full max-wide:shadow-float min-h-0 overflow-y-auto border-s border-line bg-surface"
          >
            <Inspector ticket={ticket} />
          </aside>
        ) : null}
      </div>
      <Suspense>
        <Clash number={number} />
      </Suspense>
    </section>
  );
}
