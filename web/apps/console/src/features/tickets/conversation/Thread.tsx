import { t } from "@helpdesk/i18n";
import { ErrorState, Skeleton } from "@helpdesk/ui";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useEffect, useLayoutEffect, useRef } from "react";
import type { Ticket } from "../api.ts";
import { Entry } from "./Entry.tsx";
import { useThread } from "./useThread.ts";

/** How near to the end counts as being there, in pixels. */
const near = 48;
const guess = 120;

/** The conversation, oldest first; it opens at its end and stays there while somebody reads it. */
export function Thread({ ticket, children }: { ticket: Ticket; children?: React.ReactNode }) {
  const { rows, error, retry, want } = useThread(ticket.number);
  const feed = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const top = useRef(0);
  const virtual = useVirtualizer({
    count: rows?.length ?? 0,
    getScrollElement: () => feed.current,
    estimateSize: () => guess,
    getItemKey: (place) => place + 1,
    overscan: 4,
    initialOffset: () => (rows?.length ?? 0) * guess,
  });
  const items = virtual.getVirtualItems();
  const height = virtual.getTotalSize();
  const [from, to] = [(items[0]?.index ?? 0) + 1, (items.at(-1)?.index ?? -1) + 1];
  useEffect(() => {
    if (to > 0) want(from, to);
  });
  const isThere = rows !== undefined;
  useEffect(() => {
    const element = feed.current;
    if (!element || !isThere) return;
    // The composer below grows and shrinks, and so does what waits to be sent.
    const sizes = new ResizeObserver(() => {
      if (isAtEnd.current) element.scrollTop = element.scrollHeight;
    });
    for (const part of [element, ...element.children]) sizes.observe(part);
    return () => sizes.disconnect();
  }, [isThere]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever the height changes, the end is somewhere else.
  useLayoutEffect(() => {
    if (feed.current && isAtEnd.current) feed.current.scrollTop = feed.current.scrollHeight;
  }, [height, rows?.length, children]);
  if (!rows) {
    if (error) return <ErrorState error={error} onRetry={retry} />;
    return <Skeleton rows={5} height="h-24" />;
  }
  return (
    <div
      ref={feed}
      role="feed"
      aria-label={t("tickets.conversation")}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached with the keyboard.
      tabIndex={0}
      onKeyDown={(event) => moveFocus(event)}
      onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
        const isNear = scrollHeight - scrollTop - clientHeight < near;
        // Only going up leaves the end: what comes below moves it away from under the reader.
        if (isNear || scrollTop < top.current) isAtEnd.current = isNear;
        top.current = scrollTop;
      }}
      className="min-h-0 flex-1 overflow-y-auto px-3 py-5 outline-none focus-visible:outline-2 focus-visible:-outline-offset-2 focus-visible:outline-petrol pane:px-6"
    >
      <div className="relative max-w-[42.5rem]" style={{ blockSize: height }}>
        {items.map((item) => {
          const row = rows[item.index];
          if (!row) return null;
          return (
            <div
              key={item.key}
              ref={virtual.measureElement}
              data-index={item.index}
              className="absolute inset-x-0 top-0"
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <Entry
                ticket={ticket}
                row={row}
                before={rows[item.index - 1]}
                count={rows.length}
                onResize={() =>
                  virtual.measureElement(feed.current?.querySelector(`[data-index="${item.index}"]`) ?? null)
                }
              />
            </div>
          );
        })}
      </div>
      <div className="max-w-[42.5rem]">{children}</div>
    </div>
  );
}

/** Up and down go from message to message. */
function moveFocus(event: KeyboardEvent<HTMLElement>) {
  if ((event.key !== "ArrowUp" && event.key !== "ArrowDown") || event.ctrlKey || event.metaKey || event.shiftKey)
    return;
  const articles = Array.from(event.currentTarget.querySelectorAll<HTMLElement>("article"));
  const at = articles.findIndex((article) => article.contains(document.activeElement));
  const next = at < 0 ? articles.at(-1) : articles[at + (event.key === "ArrowUp" ? -1 : 1)];
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}
