import { t } from "@helpdesk/i18n";
import { Button, CountBadge, errorText, Page, Segmented, toast } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { markAll, unreadQuery } from "../api.ts";
import { NotificationList } from "../ui/NotificationList.tsx";

const route = getRouteApi("/shell/notifications");

/** Everything that somebody was told in the last ninety days. */
export function NotificationsPage() {
  const { show = "all" } = route.useSearch();
  const navigate = useNavigate();
  const { data: unread = 0 } = useQuery(unreadQuery);
  return (
    <Page
      title={t("notifications.title")}
      aside={<CountBadge count={unread} label={t("notifications.unread")} />}
      actions={
        <>
          <Segmented
            label={t("notifications.show")}
            value={show}
            onChange={(next) => navigate({ to: "/notifications", search: { show: next === "all" ? undefined : next } })}
            items={[
              { id: "all", name: t("notifications.show.all") },
              { id: "unread", name: t("notifications.show.unread") },
            ]}
          />
          {unread > 0 ? (
            <Button onPress={() => void markAll().catch((error) => toast(errorText(error), { kind: "failed" }))}>
              {t("notifications.mark-all")}
            </Button>
          ) : null}
          <Button onPress={() => navigate({ to: "/profile", search: { part: "notifications" } })}>
            {t("notifications.settings")}
          </Button>
        </>
      }
    >
      <div className="max-w-[760px]">
        <NotificationList show={show} />
      </div>
    </Page>
  );
}
