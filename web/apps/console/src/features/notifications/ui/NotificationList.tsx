import { t } from "@helpdesk/i18n";
import { Button, EmptyState, ErrorState, Skeleton } from "@helpdesk/ui";
import { useInfiniteQuery } from "@tanstack/react-query";
import { notificationsQuery } from "../api.ts";
import { NotificationLine } from "./NotificationLine.tsx";

type Props = { show: "all" | "unread"; onOpen?: () => void };

/** What somebody was told, with more on demand. */
export function NotificationList({ show, onOpen }: Props) {
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } = useInfiniteQuery(
    notificationsQuery(show),
  );
  if (!data) {
    return error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <Skeleton rows={5} height="h-12" />;
  }
  const all = data.pages.flatMap((page) => page.results);
  if (all.length === 0) {
    return (
      <EmptyState icon="bell" title={t(show === "unread" ? "notifications.none-unread" : "notifications.none")}>
        {t("notifications.none.why")}
      </EmptyState>
    );
  }
  return (
    <>
      <ul aria-label={t("notifications.title")}>
        {all.map((notification) => (
          <NotificationLine key={notification.id} notification={notification} onOpen={onOpen} />
        ))}
      </ul>
      {hasNextPage ? (
        <div className="grid justify-items-center p-3">
          <Button isDisabled={isFetchingNextPage} onPress={() => void fetchNextPage()}>
            {t("notifications.more")}
          </Button>
        </div>
      ) : null}
    </>
  );
}
