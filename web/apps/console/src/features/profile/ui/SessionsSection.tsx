import { dateTime, relative, t } from "@helpdesk/i18n";
import { Button, ErrorState, errorText, Icon, Skeleton, toast, useNow } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { endOtherSessions, endSession, sessionsQuery } from "../api.ts";
import { programOf } from "../program.ts";
import { Section } from "./Section.tsx";

/** Where somebody is signed in, and the way to end it. */
export function SessionsSection() {
  const { data, error, refetch } = useQuery(sessionsQuery);
  const now = useNow();
  const run = async (work: Promise<void>, done: string) => {
    try {
      await work;
      toast(done);
    } catch (failure) {
      toast(errorText(failure), { kind: "failed" });
    }
  };
  const others = data?.filter((session) => !session.is_current) ?? [];
  return (
    <Section
      title={t("profile.sessions")}
      action={
        others.length > 0 ? (
          <Button onPress={() => void run(endOtherSessions(), t("profile.sessions.others-ended"))}>
            {t("profile.sessions.end-others")}
          </Button>
        ) : null
      }
    >
      {!data ? (
        error ? (
          <ErrorState error={error} onRetry={() => void refetch()} />
        ) : (
          <Skeleton rows={2} height="h-11" />
        )
      ) : (
        <ul>
          {data.map((session) => (
            <li key={session.id} className="flex min-h-11 items-center gap-3 border-b border-line-soft">
              <Icon name="key" className="text-ink-3" />
              <span className="min-w-0 flex-1">
                <bdi className="block truncate" title={session.user_agent ?? undefined}>
                  {programOf(session.user_agent) ?? t("profile.sessions.unknown")}
                </bdi>
                <span className="block truncate text-12 text-ink-3" title={dateTime(session.last_seen_at)}>
                  {session.ip ? <bdi className="me-2 font-mono">{session.ip}</bdi> : null}
                  {t("profile.sessions.seen", { when: relative(session.last_seen_at, now) })}
                </span>
              </span>
              {session.is_current ? (
                <span className="text-12 font-medium text-ok">{t("profile.sessions.this")}</span>
              ) : (
                <Button onPress={() => void run(endSession(session.id), t("profile.sessions.ended"))}>
                  {t("profile.sessions.end")}
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
