import type { ReactNode } from "react";

/** A part of the inspector under its own heading. */
export function Section({ title, aside, children }: { title: string; aside?: ReactNode; children: ReactNode }) {
  return (
    <section className="border-t border-line py-3">
      <div className="mb-1 flex min-h-6 items-center gap-2">
        <h2 className="font-semibold">{title}</h2>
        <span className="ms-auto text-12 text-ink-3">{aside}</span>
      </div>
      {children}
    </section>
  );
}

/** A name and its value on one line. */
export const Pair = ({ label, children }: { label: string; children: ReactNode }) => (
  <div className="grid min-h-7 grid-cols-[76px_minmax(0,1fr)] items-center">
    <span className="text-ink-3">{label}</span>
    <span className="min-w-0 px-2 tabular-nums [overflow-wrap:anywhere]">{children}</span>
  </div>
);
