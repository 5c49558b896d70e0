import type { ReactNode } from "react";

/** A part of the profile with its heading. */
export function Section({ title, action, children }: { title: string; action?: ReactNode; children: ReactNode }) {
  return (
    <section aria-label={title} className="grid min-w-0 gap-3">
      <header className="flex min-h-7 flex-wrap items-center justify-between gap-2 border-b border-line pb-1">
        <h2 className="font-semibold">{title}</h2>
        {action}
      </header>
      {children}
    </section>
  );
}
