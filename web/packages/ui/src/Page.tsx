import { type ReactNode, useEffect } from "react";

/** Names the page in the browser's tab. */
export function useTitle(title: string, place?: string) {
  useEffect(() => {
    document.title = [title, place].filter(Boolean).join(" · ");
  }, [title, place]);
}

type Props = {
  title: string;
  /** Before the title: the way back. */
  lead?: ReactNode;
  /** Beside the title: a count, for example. */
  aside?: ReactNode;
  actions?: ReactNode;
  /** How wide text and fields may become. */
  width?: "text" | "full";
  children: ReactNode;
};

/** A page with its heading, for everything that is not the inbox. */
export function Page({ title, lead, aside, actions, width = "full", children }: Props) {
  return (
    <main className="flex h-full min-h-0 min-w-0 flex-col bg-surface">
      <header className="flex min-h-12 shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-4 py-1.5">
        {lead}
        <h1 dir="auto" className="truncate text-16 font-semibold">
          {title}
        </h1>
        {aside}
        <div className="ms-auto flex flex-wrap items-center gap-2">{actions}</div>
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className={`px-4 py-4 ${width === "text" ? "max-w-[760px]" : ""}`}>{children}</div>
      </div>
    </main>
  );
}
