import { dateTime, relative, t } from "@helpdesk/i18n";
import { errorText, Icon, IconButton, toast, useNow } from "@helpdesk/ui";
import { Link } from "@tanstack/react-router";
import { ticketPath } from "../../../shell/TicketRows.tsx";
import { useStatusName } from "../../triage/index.ts";
import { mark, type Notification } from "../api.ts";
import { icons, sentence } from "../sentence.ts";

type Props = { notification: Notification; onOpen?: () => void };

/** One thing that somebody was told; opening it marks it as read. */
export function NotificationLine({ notification, onOpen }: Props) {
  const { id, kind, ticket, read_at, created_at } = notification;
  const now = useNow();
  const statusName = useStatusName();
  const isUnread = !read_at;
  const isLate = kind === "sla_breached" || kind === "not_sent";
  const change = (read: boolean) => mark(id, read).catch((error) => toast(errorText(error), { kind: "failed" }));
  return (
    <li className="group relative flex items-start border-b border-line-soft hover:bg-hover">
      <Link
        to={ticketPath(ticket.number)}
        className="grid min-w-0 flex-1 grid-cols-[auto_minmax(0,1fr)] gap-x-2.5 py-2 ps-3 focus-visible:-outline-offset-2"
        onClick={() => {
          if (isUnread) void change(true);
          onOpen?.();
        }}
      >
        <Icon name={icons[kind]} className={`mt-px ${isLate ? "text-late" : "text-ink-3"}`} />
        <span className={`min-w-0 ${isUnread ? "font-semibold text-ink-1" : "text-ink-2"}`}>
          {isUnread ? <span className="sr-only">{t("notifications.unread")} </span> : null}
          <span dir="auto">{sentence(notification, statusName)}</span>
        </span>
        <span className="col-start-2 flex min-w-0 items-baseline gap-1.5 text-12 text-ink-3">
          <span className="font-mono">#{ticket.number}</span>
          <bdi className="truncate">{ticket.subject}</bdi>
          <time
            dateTime={created_at}
            title={dateTime(created_at)}
            className="ms-auto ps-2 whitespace-nowrap tabular-nums"
          >
            {relative(created_at, now)}
          </time>
        </span>
      </Link>
      <span className="grid w-9 shrink-0 place-items-center self-stretch">
        <IconButton
          icon={isUnread ? "check" : "mail"}
          label={t(isUnread ? "notifications.mark-read" : "notifications.mark-unread")}
          onPress={() => void change(isUnread)}
          className={
            isUnread
              ? ""
              : "opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 pointer-coarse:opacity-100"
          }
        />
      </span>
    </li>
  );
}
