import { useRouter } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { realtime } from "../../app.ts";
import { ticketPath } from "../../shell/TicketRows.tsx";
import { useStatusName } from "../triage/index.ts";
import { latestUnread, mark } from "./api.ts";
import { sentence } from "./sentence.ts";

export type Permission = "granted" | "denied" | "default" | "unsupported";

/** Whether this browser lets the page show notifications; it does so in secure places only. */
export const browserPermission = (): Permission =>
  "Notification" in globalThis && isSecureContext ? Notification.permission : "unsupported";

/** The permission, and the question for it, which browsers want to be asked for by a press. */
export function usePermission(): [Permission, () => Promise<void>] {
  const [permission, setPermission] = useState(browserPermission);
  const ask = async () => {
    if (browserPermission() === "default") await Notification.requestPermission();
    setPermission(browserPermission());
  };
  return [permission, ask];
}

/** Shows what comes in while the page is not in sight. However many tabs there are, the tag makes it one. */
export function useBrowserNotifications(): void {
  const router = useRouter();
  const statusName = useStatusName();
  const name = useRef(statusName);
  name.current = statusName;
  useEffect(() => {
    const begun = Date.now();
    const shown = new Set<string>();
    const show = async () => {
      for (const told of (await latestUnread().catch(() => [])).reverse()) {
        if (!told.browser || shown.has(told.id) || Date.parse(told.created_at) < begun) continue;
        shown.add(told.id);
        const note = new Notification(sentence(told, name.current), {
          body: `#${told.ticket.number} ${told.ticket.subject}`,
          tag: told.id,
        });
        note.onclick = () => {
          window.focus();
          void router.navigate({ to: ticketPath(told.ticket.number) });
          void mark(told.id, true).catch(() => undefined);
          note.close();
        };
      }
    };
    return realtime.listen(({ event, id }) => {
      if (event === "notification" && id && document.hidden && browserPermission() === "granted") void show();
    });
  }, [router]);
}
