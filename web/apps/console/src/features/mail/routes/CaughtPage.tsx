import { dateTime, dayTime, t } from "@helpdesk/i18n";
import { Button, CountBadge, EmptyState, ErrorState, IconButton, Pager, Skeleton, useTitle } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { pageSize } from "../../settings/index.ts";
import { type Caught, caughtQuery } from "../api.ts";
import { CaughtMailView } from "../ui/CaughtMailView.tsx";
import { WriteDialog } from "../ui/WriteDialog.tsx";

const route = getRouteApi("/shell/mails");

/** In a demo: every mail that was caught instead of sent, and the ways to write back as who got it. */
export function CaughtPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error, refetch } = useQuery(caughtQuery(search));
  const [isWriting, setWriting] = useState(false);
  useTitle(t("mail.caught"));
  const page = search.page ?? 1;
  return (
    <main className="grid h-full min-h-0 grid-cols-[minmax(0,1fr)] bg-surface pane:grid-cols-[minmax(280px,380px)_minmax(0,1fr)]">
      <section className={`flex min-h-0 flex-col border-line pane:border-e ${search.mail ? "max-pane:hidden" : ""}`}>
        <header className="flex min-h-12 shrink-0 flex-wrap items-center gap-2 border-b border-line px-4 py-1.5">
          <h1 className="text-16 font-semibold">{t("mail.caught")}</h1>
          <CountBadge count={data?.count} />
          <Button look="primary" className="ms-auto" onPress={() => setWriting(true)}>
            {t("mail.write")}
          </Button>
        </header>
        {data?.results.length ? (
          <>
            <ul className="min-h-0 flex-1 overflow-y-auto">
              {data.results.map((mail) => (
                <Row key={mail.id} mail={mail} />
              ))}
            </ul>
            <div className="border-t border-line px-3">
              <Pager
                page={page}
                pageSize={pageSize}
                count={data.count}
                hasNext={Boolean(data.next)}
                onPage={(next) => void navigate({ search: (old) => ({ ...old, page: next === 1 ? undefined : next }) })}
              />
            </div>
          </>
        ) : data ? (
          <EmptyState icon="mail" title={t("mail.caught.none")}>
            {t("mail.caught.none.why")}
          </EmptyState>
        ) : error ? (
          <ErrorState error={error} onRetry={() => void refetch()} />
        ) : (
          <Skeleton rows={12} height="h-(--row)" />
        )}
      </section>
      <section
        className={`min-h-0 overflow-y-auto ${search.mail ? "" : "max-pane:hidden"}`}
        aria-label={t("mail.mail")}
      >
        {search.mail ? (
          <>
            <div className="p-2 pane:hidden">
              <IconButton
                icon="back"
                label={t("mail.caught")}
                onPress={() => void navigate({ search: (old) => ({ ...old, mail: undefined }) })}
              />
            </div>
            <CaughtMailView key={search.mail} id={search.mail} />
          </>
        ) : (
          <EmptyState icon="mail" title={t("mail.caught.choose")}>
            {t("mail.caught.about")}
          </EmptyState>
        )}
      </section>
      {isWriting ? <WriteDialog onClose={() => setWriting(false)} /> : null}
    </main>
  );
}

function Row({ mail }: { mail: Caught }) {
  return (
    <li>
      <Link
        from="/mails"
        to="."
        search={(old) => ({ ...old, mail: mail.id })}
        className="grid h-(--row) grid-cols-[minmax(0,1fr)_auto] content-center gap-x-3 gap-y-px border-b border-line-soft px-4 hover:bg-hover focus-visible:-outline-offset-2 aria-[current=page]:bg-petrol-soft"
      >
        <bdi className="truncate font-medium">{[mail.to, ...mail.cc].join(", ")}</bdi>
        <span className="text-12 whitespace-nowrap text-ink-3 tabular-nums" title={dateTime(mail.created_at)}>
          {dayTime(mail.created_at)}
        </span>
        <bdi className="col-span-2 truncate text-ink-2">{mail.subject}</bdi>
      </Link>
    </li>
  );
}
