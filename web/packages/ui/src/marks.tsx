import { number, t } from "@helpdesk/i18n";

const circle = "M8 2.75a5.25 5.25 0 1 0 0 10.5 5.25 5.25 0 0 0 0-10.5";
const dashes: Record<string, string> = { new: "3 2.5", pending: "0.1 3.2" };

/** The category of a status as a shape: dashed new, half open, dotted pending, barred on hold, ticked resolved, full closed. */
export function StatusGlyph({ category, className = "" }: { category: string; className?: string }) {
  return (
    <svg
      aria-hidden="true"
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      className={`size-3.5 shrink-0 text-ink-2 ${className}`}
    >
      <path d={circle} strokeDasharray={dashes[category]} fill={category === "closed" ? "currentColor" : "none"} />
      {category === "open" ? <path d="M8 5a3 3 0 0 1 0 6z" fill="currentColor" stroke="none" /> : null}
      {category === "on_hold" ? <path d="M6.5 6v4M9.5 6v4" /> : null}
      {category === "resolved" ? <path d="M5.5 8.2l1.8 1.8 3.2-3.8" /> : null}
    </svg>
  );
}

const levels = ["low", "medium", "high", "urgent"];

/** A priority as up to four bars of rising height. */
export function PriorityBars({ priority, className = "" }: { priority: string; className?: string }) {
  const level = levels.indexOf(priority);
  return (
    <svg aria-hidden="true" viewBox="0 0 16 16" className={`size-3.5 shrink-0 text-ink-2 ${className}`}>
      {levels.map((name, place) => (
        <rect
          key={name}
          x={1 + place * 3.75}
          y={11 - place * 3}
          width="2.5"
          height={4 + place * 3}
          rx="0.5"
          fill="currentColor"
          opacity={place <= level ? 1 : 0.22}
        />
      ))}
    </svg>
  );
}

/** How many, to 1 000; more are told as "1000+". */
export function CountBadge({ count, label }: { count: number | null | undefined; label?: string }) {
  if (!count) return null;
  const text = count > 999 ? t("ui.more-than", { count: number(999) }) : number(count);
  return (
    <span className="text-12 text-ink-3 tabular-nums">
      {text}
      {label ? <span className="sr-only"> {label}</span> : null}
    </span>
  );
}
