import { loadTexts, number, t } from "@helpdesk/i18n";
import { Button, DialogTrigger, errorText, Icon, Popover, toast } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { use, useEffect } from "react";
import { Button as AriaButton } from "react-aria-components";
import { markAll, unreadQuery } from "../api.ts";
import { useBrowserNotifications } from "../browser.ts";
import { NotificationList } from "./NotificationList.tsx";

const texts = loadTexts("notifications");

/** How many things somebody has not read, and the latest of them. */
export default function Bell() {
  use(texts);
  const { data: unread = 0 } = useQuery(unreadQuery);
  useBrowserNotifications();
  useCountInIcon(unread);
  const text = unread > 99 ? "99+" : number(unread);
  return (
    <DialogTrigger>
      <AriaButton
        aria-label={t("notifications.bell", { count: unread })}
        className="relative inline-grid size-7 shrink-0 cursor-default place-items-center rounded-control text-ink-2 outline-none hovered:bg-line-soft hovered:text-ink-1 focus-ring:outline-2 focus-ring:outline-petrol"
      >
        <Icon name="bell" />
        {unread > 0 ? (
          <span
            aria-hidden="true"
            className="absolute -end-1 -top-0.5 min-w-4 rounded-full bg-ink-1 px-1 text-center text-[10px] leading-4 font-semibold text-surface tabular-nums"
          >
            {text}
          </span>
        ) : null}
      </AriaButton>
      <Popover label={t("notifications.title")} placement="bottom start">
        {(close) => <Latest unread={unread} onClose={close} />}
      </Popover>
    </DialogTrigger>
  );
}

function Latest({ unread, onClose }: { unread: number; onClose: () => void }) {
  return (
    <div className="-m-3 flex max-h-[min(560px,75vh)] w-[min(400px,calc(100vw-24px))] flex-col">
      <header className="flex items-center gap-2 border-b border-line px-3 py-2">
        <h2 className="flex-1 font-semibold">{t("notifications.title")}</h2>
        {unread > 0 ? (
          <Button
            look="quiet"
            onPress={() => void markAll().catch((error) => toast(errorText(error), { kind: "failed" }))}
          >
            {t("notifications.mark-all")}
          </Button>
        ) : null}
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached with the keyboard. */}
      <section aria-label={t("notifications.title")} tabIndex={0} className="min-h-0 flex-1 overflow-y-auto">
        <NotificationList show="all" onOpen={onClose} />
      </section>
      <footer className="flex justify-between gap-2 border-t border-line px-3 py-2 text-12">
        <Link to="/notifications" className="rounded-control hover:underline" onClick={onClose}>
          {t("notifications.see-all")}
        </Link>
        <Link
          to="/profile"
          search={{ part: "notifications" }}
          className="rounded-control hover:underline"
          onClick={onClose}
        >
          {t("notifications.settings")}
        </Link>
      </footer>
    </div>
  );
}

/** The number also stands where installed applications show it. */
function useCountInIcon(unread: number) {
  useEffect(() => {
    if ("setAppBadge" in navigator) void navigator.setAppBadge(unread).catch(() => undefined);
  }, [unread]);
}
