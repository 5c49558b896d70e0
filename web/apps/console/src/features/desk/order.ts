/** The same list with one moved up (-1) or down (1); as it is when there is no place. */
export function moved<Item>(list: Item[], from: number, by: number): Item[] {
  const to = from + by;
  if (to < 0 || to >= list.length) return list;
  const next = [...list];
  const [item] = next.splice(from, 1);
  next.splice(to, 0, item as Item);
  return next;
}
