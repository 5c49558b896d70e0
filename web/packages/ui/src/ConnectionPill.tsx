import { number, t } from "@helpdesk/i18n";
import { Button as AriaButton } from "react-aria-components";
import { useNow } from "./TimeRail.tsx";

type Props = {
  state: "live" | "reconnecting" | "offline" /** When the next attempt is due. */;
  at?: number;
  onRetry: () => void;
};

const dots = { live: "bg-ok", reconnecting: "bg-rail-warn", offline: "bg-rail-late" } as const;

/** Whether the page is live. It mends itself; pressing it only makes that sooner. */
export function ConnectionPill({ state, at, onRetry }: Props) {
  useNow();
  const seconds = at === undefined ? 0 : Math.max(0, Math.ceil((at - Date.now()) / 1000));
  return (
    <AriaButton
      isDisabled={state === "live"}
      onPress={onRetry}
      className="flex h-6 cursor-default items-center gap-1.5 rounded-control px-1.5 text-12 text-ink-3 outline-none hovered:bg-line-soft focus-ring:outline-2 focus-ring:outline-petrol"
    >
      <span className={`size-1.5 rounded-full ${dots[state]}`} />
      <span role="status" className="pane:max-wide:sr-only">
        {t(`ui.connection.${state}`, { seconds: number(seconds) })}
      </span>
    </AriaButton>
  );
}
