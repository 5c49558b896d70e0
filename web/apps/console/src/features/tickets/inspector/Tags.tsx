import { t } from "@helpdesk/i18n";
import { Icon } from "@helpdesk/ui";
import { type KeyboardEvent, useState } from "react";

type Props = { tags: string[]; isFixed: boolean; onChange: (tags: string[]) => void };

/** A tag as the server keeps it. */
const tagOf = (text: string): string => text.replaceAll(",", " ").trim().replace(/\s+/g, " ").toLowerCase();

/** The tags of a ticket: each can be taken off, and a field adds one by Enter or a comma. */
export function Tags({ tags, isFixed, onChange }: Props) {
  const [text, setText] = useState("");
  const add = () => {
    const tag = tagOf(text);
    setText("");
    if (tag && !tags.includes(tag)) onChange([...tags, tag]);
  };
  const onKey = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === "Enter" || event.key === ",") {
      event.preventDefault();
      add();
    } else if (event.key === "Backspace" && text === "" && tags.length > 0) {
      onChange(tags.slice(0, -1));
    } else if (event.key === "Escape") {
      setText("");
    }
  };
  return (
    <div className="grid min-h-7 grid-cols-[76px_minmax(0,1fr)] items-start">
      <span id="tickets-tags" className="pt-1.25 text-ink-3">
        {t("tickets.field.tags")}
      </span>
      <ul aria-labelledby="tickets-tags" className="flex min-h-7 min-w-0 flex-wrap items-center gap-1 px-2 py-0.5">
        {tags.map((tag) => (
          <li
            key={tag}
            className="flex h-6 max-w-full items-center rounded-row border border-line ps-1.5 text-12 text-ink-2"
          >
            <bdi className={`truncate ${isFixed ? "pe-1.5" : ""}`}>{tag}</bdi>
            {isFixed ? null : (
              <button
                type="button"
                aria-label={t("tickets.tag.remove", { tag })}
                onClick={() => onChange(tags.filter((other) => other !== tag))}
                className="grid size-6 shrink-0 place-items-center text-ink-3 hover:text-ink-1"
              >
                <Icon name="close" className="size-3" />
              </button>
            )}
          </li>
        ))}
        {isFixed ? null : (
          <li className="min-w-16 flex-1">
            <input
              aria-label={t("tickets.tag.add")}
              placeholder={t("tickets.tag.add")}
              value={text}
              maxLength={50}
              onChange={(event) => setText(event.target.value)}
              onKeyDown={onKey}
              onBlur={add}
              className="h-6 w-full bg-transparent outline-none"
            />
          </li>
        )}
      </ul>
    </div>
  );
}
