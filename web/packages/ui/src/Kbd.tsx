import { keyLabels } from "@helpdesk/commands";

/** Keys as caps: "Mod+K" is shown as this machine writes it. */
export function Kbd({ keys }: { keys: string }) {
  const strokes = keyLabels(keys);
  return (
    <kbd dir="ltr" className="inline-flex gap-0.5 font-mono text-11 text-ink-3">
      {strokes.flat().map((label, place) => (
        <span
          // biome-ignore lint/suspicious/noArrayIndexKey: the place is what tells equal caps apart.
          key={place}
          className="rounded-[3px] border border-line bg-surface px-1 leading-4 shadow-[0_1px_0_var(--line)]"
        >
          {label}
        </span>
      ))}
    </kbd>
  );
}
