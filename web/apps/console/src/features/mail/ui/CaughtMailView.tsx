import { dateTime, t } from "@helpdesk/i18n";
import { ErrorState, Segmented, Skeleton } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import PostalMime from "postal-mime";
import { useState } from "react";
import { caughtMailQuery } from "../api.ts";
import { withLinks } from "../links.ts";
import { AnswerForm } from "./AnswerForm.tsx";
import { Source } from "./Source.tsx";

/** A mail as its reader would see it, or as it is; and the answer of whoever got it. */
export function CaughtMailView({ id }: { id: string }) {
  const { data: mail, error, refetch } = useQuery(caughtMailQuery(id));
  const { data: parsed } = useQuery({
    queryKey: ["mail-catcher", "parsed", id],
    queryFn: () => PostalMime.parse(mail?.raw ?? ""),
    enabled: mail !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const [view, setView] = useState<"text" | "source">("text");
  if (!mail) return error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <Skeleton rows={10} />;
  const facts: [string, string][] = [
    ["from", [parsed?.from?.name, parsed?.from?.address && `<${parsed.from.address}>`].filter(Boolean).join(" ")],
    ["to", mail.to],
    ["cc", mail.cc.join(", ")],
    ["at", dateTime(mail.created_at)],
  ];
  return (
    <article className="grid max-w-[760px] gap-4 px-6 py-4 max-pane:px-4">
      <header className="grid gap-2">
        <div className="flex flex-wrap items-start justify-between gap-3">
          <h2 className="min-w-0 flex-1 text-16 font-semibold break-words" dir="auto">
            {mail.subject}
          </h2>
          <Segmented
            label={t("mail.view")}
            items={[
              { id: "text", name: t("mail.view.text") },
              { id: "source", name: t("mail.view.source") },
            ]}
            value={view}
            onChange={setView}
          />
        </div>
        <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-0.5">
          {facts.map(([name, value]) =>
            value ? (
              <div key={name} className="contents">
                <dt className="text-ink-3">{t(`mail.${name}`)}</dt>
                <dd>
                  <bdi className="break-words">{value}</bdi>
                </dd>
              </div>
            ) : null,
          )}
        </dl>
        {mail.ticket_id ? (
          <Link
            to="/tickets/$number"
            params={{ number: mail.ticket_id }}
            className="justify-self-start text-petrol underline"
          >
            {t("mail.open-ticket")}
          </Link>
        ) : null}
      </header>
      {view === "source" ? (
        <Source raw={mail.raw} />
      ) : (
        <div
          className="rounded-control border border-line bg-raised px-4 py-3 text-15 break-words whitespace-pre-wrap"
          dir="auto"
        >
          {withLinks(parsed?.text ?? "").map(({ text, href }, place) =>
            href ? (
              // biome-ignore lint/suspicious/noArrayIndexKey: the text never changes, so its pieces keep their places.
              <a key={place} href={href} target="_blank" rel="noreferrer" className="break-all text-petrol underline">
                {text}
              </a>
            ) : (
              text
            ),
          )}
        </div>
      )}
      <AnswerForm mail={mail} />
    </article>
  );
}
