/** Rows of a page of a list. */
export const pageSize = 25;

/** What the address of a list says. */
export type ListSearch = { find?: string; page?: number; order?: string };

/** Reads the address of a list with filters of its own, each a text. What is not understood counts as not said. */
export const listSearch =
  <Name extends string = never>(...filters: Name[]) =>
  (raw: Record<string, unknown>): ListSearch & { [Filter in Name]?: string } => {
    const texts = ["find", "order", ...filters].filter((name) => raw[name] !== undefined && raw[name] !== "");
    const page = Number(raw.page);
    return {
      ...(Object.fromEntries(texts.map((name) => [name, String(raw[name])])) as { [Filter in Name]?: string }),
      ...(Number.isInteger(page) && page > 1 ? { page } : {}),
    };
  };
