/** Which rows are selected and which one has the cursor; `anchor` is where an extension begins. */
export type Selection = { cursor?: string; anchor?: string; selected: ReadonlySet<string> };

export const nothing: Selection = { selected: new Set() };

/** The id some rows further, or the first one; stays at the ends. */
export function step(ids: string[], from: string | undefined, by: number): string | undefined {
  const place = from === undefined ? -1 : ids.indexOf(from);
  if (place < 0) return by > 0 ? ids[0] : ids.at(-1);
  return ids[Math.min(ids.length - 1, Math.max(0, place + by))];
}

export const moveTo = (old: Selection, id: string | undefined): Selection => ({
  ...old,
  cursor: id,
  anchor: undefined,
});

export function toggle(old: Selection, id: string): Selection {
  const selected = new Set(old.selected);
  if (!selected.delete(id)) selected.add(id);
  return { cursor: id, anchor: id, selected };
}

/** Selects everything between the anchor and this row. */
export function extendTo(old: Selection, ids: string[], id: string): Selection {
  const anchor = old.anchor ?? old.cursor ?? id;
  const [from, to] = [ids.indexOf(anchor), ids.indexOf(id)].sort((one, other) => one - other);
  const between = ids.slice(Math.max(0, from ?? 0), (to ?? 0) + 1);
  return { cursor: id, anchor, selected: new Set([...old.selected, ...between]) };
}

/** What is left of a selection among the rows that there are. */
export function keepThose(old: Selection, ids: string[]): Selection {
  const known = new Set(ids);
  const selected = new Set([...old.selected].filter((id) => known.has(id)));
  return selected.size === old.selected.size ? old : { ...old, selected };
}
