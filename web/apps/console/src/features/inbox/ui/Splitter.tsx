import { t } from "@helpdesk/i18n";
import { type KeyboardEvent, memo, type PointerEvent, useCallback, useState } from "react";

const [narrowest, usual, widest] = [320, 400, 560];
const name = "list-width";

/** The width of the list beside the ticket, kept on this browser. */
export function useListWidth() {
  const [width, setWidth] = useState(() => Number(localStorage.getItem(name)) || usual);
  const keep = useCallback((next: number) => {
    const kept = Math.min(widest, Math.max(narrowest, Math.round(next)));
    localStorage.setItem(name, String(kept));
    setWidth(kept);
  }, []);
  return { width, setWidth: keep };
}

/** The edge between list and ticket: dragged, or moved with the arrow keys. */
export const Splitter = memo(function Splitter({ width, setWidth }: ReturnType<typeof useListWidth>) {
  const sign = document.documentElement.dir === "rtl" ? -1 : 1;
  const onPointerDown = (down: PointerEvent<HTMLDivElement>) => {
    const element = down.currentTarget;
    element.setPointerCapture(down.pointerId);
    const move = (event: globalThis.PointerEvent) => setWidth(width + (event.clientX - down.clientX) * sign);
    element.addEventListener("pointermove", move);
    element.addEventListener("pointerup", () => element.removeEventListener("pointermove", move), { once: true });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const by = event.key === "ArrowLeft" ? -16 : event.key === "ArrowRight" ? 16 : 0;
    if (by === 0) return;
    event.preventDefault();
    setWidth(width + by * sign);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a rule cannot be moved.
    <div
      role="separator"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={t("inbox.width")}
      aria-valuenow={width}
      aria-valuemin={narrowest}
      aria-valuemax={widest}
      onPointerDown={onPointerDown}
      onKeyDown={onKeyDown}
      onDoubleClick={() => setWidth(usual)}
      className="relative hidden w-px cursor-col-resize touch-none bg-line outline-none before:absolute before:inset-y-0 before:-inset-x-1.5 hover:bg-control focus-visible:bg-petrol focus-visible:outline-1 focus-visible:outline-petrol pane:block"
    />
  );
});
