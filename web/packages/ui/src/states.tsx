import { i18n, t } from "@helpdesk/i18n";
import { type ReactNode, useEffect, useState } from "react";
import { Button } from "./Button.tsx";
import { Icon, type IconName } from "./Icon.tsx";

/** Nothing flickers: a skeleton comes after 300 ms of waiting and stays for 500 ms at least. */
export function useDelayed(isWaiting: boolean): boolean {
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    if (isWaiting === isShown) return;
    const timer = setTimeout(() => setShown(isWaiting), isWaiting ? 300 : 500);
    return () => clearTimeout(timer);
  }, [isWaiting, isShown]);
  return isShown;
}

/** Grey lines in the place of what is on its way, with the height of its rows. */
export function Skeleton({ rows = 6, height = "h-8" }: { rows?: number; height?: string }) {
  const isShown = useDelayed(true);
  return (
    <div role="status" aria-busy aria-label={t("ui.loading")} className="grid">
      {Array.from({ length: rows }, (_, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines are all the same.
        <div key={place} className={`flex items-center border-b border-line-soft px-4 ${height}`}>
          {isShown ? (
            <span className="h-2.5 rounded-row bg-line-soft" style={{ inlineSize: `${70 - ((place * 17) % 40)}%` }} />
          ) : null}
        </div>
      ))}
    </div>
  );
}

type EmptyProps = { icon?: IconName; title: string; children?: ReactNode; action?: ReactNode };

/** Says why there is nothing here, with one thing to do about it. */
export function EmptyState({ icon, title, children, action }: EmptyProps) {
  return (
    <div className="mx-auto grid max-w-sm justify-items-center gap-2 px-6 py-12 text-center">
      {icon ? <Icon name={icon} className="size-5 text-ink-3" /> : null}
      <p className="text-15 font-medium text-ink-1">{title}</p>
      {children ? <div className="text-ink-3">{children}</div> : null}
      {action ? <div className="mt-2">{action}</div> : null}
    </div>
  );
}

/** The server speaks English; in other languages its codes speak, where they say enough. */
const ownWords = (id: string, message: string): string => (i18n.locale !== "en" && i18n.messages[id] ? t(id) : message);

/** One clear sentence for what went wrong. */
export function errorText(error: unknown): string {
  const { code, status, message } = (error ?? {}) as { code?: string; status?: number; message?: string };
  if (code === "OFFLINE") return t("ui.error.offline");
  if (status && status < 500 && message) return ownWords(`ui.problem.${code}`, message);
  return t("ui.error.server");
}

type FieldErrors = Record<string, { code: string; message: string }[]>;

/** The sentence to show beside each field, from an error of any kind. */
export function fieldErrors(error: unknown): Record<string, string> {
  const { errors = {} } = (error ?? {}) as { errors?: FieldErrors };
  const sentence = (list: FieldErrors[string]) =>
    list.map(({ code, message }) => ownWords(`ui.field.${code}`, message));
  return Object.fromEntries(Object.entries(errors).map(([field, list]) => [field, sentence(list).join(" ")]));
}

/** What could not be loaded, with Retry; the request's number is there for whoever looks into it. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const requestId = (error as { requestId?: string } | null)?.requestId;
  return (
    <div role="alert" className="mx-auto grid max-w-md justify-items-center gap-3 px-6 py-12 text-center">
      <Icon name="warning" className="size-5 text-late" />
      <p className="text-15">{errorText(error)}</p>
      {requestId ? <p className="font-mono text-12 text-ink-3">{requestId}</p> : null}
      {onRetry ? <Button onPress={onRetry}>{t("ui.retry")}</Button> : null}
    </div>
  );
}

const banners = {
  info: "border-line bg-raised text-ink-2",
  warn: "border-rail-warn bg-warn-soft text-warn",
  error: "border-late bg-late-soft text-late",
} as const;

/** One sentence over a page or a form that concerns all of it. */
export function Banner({
  kind = "info",
  children,
  action,
}: {
  kind?: keyof typeof banners;
  children: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div
      role={kind === "error" ? "alert" : "status"}
      className={`flex flex-wrap items-center gap-x-3 gap-y-1 rounded-control border px-3 py-1.5 ${banners[kind]}`}
    >
      <span className="min-w-0 flex-1">{children}</span>
      {action}
    </div>
  );
}
