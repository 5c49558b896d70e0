import { t } from "@helpdesk/i18n";
import type { Change } from "../api.ts";

/** A change in words: "Status: New → Open". */
export function sentence(change: Change, status: (key: string) => string): string {
  const field = t(`tickets.field.${change.field}`);
  if (change.field === "tags") return t("tickets.change.set", { field, to: tagDifference(change) });
  const name = (value: string | null | undefined) => (value ? isolate(named(change.field, value, status)) : "");
  const [from, to] = [name(change.old), name(change.new)];
  if (!from) return t("tickets.change.set", { field, to });
  if (!to) return t("tickets.change.cleared", { field, from });
  return t("tickets.change.moved", { field, from, to });
}

function named(field: string, value: string, status: (key: string) => string): string {
  if (field === "status") return status(value);
  return field === "priority" || field === "type" ? t(`tickets.${field}.${value}`) : value;
}

function tagDifference({ old, new: now }: Change): string {
  const list = (text: string | null | undefined) =>
    (text ?? "")
      .split(",")
      .map((tag) => tag.trim())
      .filter(Boolean);
  const [before, after] = [list(old), list(now)];
  return [
    ...after.filter((tag) => !before.includes(tag)).map((tag) => `+${isolate(tag)}`),
    ...before.filter((tag) => !after.includes(tag)).map((tag) => `\u2212${isolate(tag)}`),
  ].join(" ");
}

/** Keeps the direction of a name out of the sentence around it. */
const isolate = (text: string) => `\u2068${text}\u2069`;
