import { t } from "@helpdesk/i18n";
import { Icon, SearchField } from "@helpdesk/ui";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { matching } from "../find.ts";
import type { groups as allGroups } from "../sections.ts";

type Props = { groups: typeof allGroups; className: string };

/** All sections, found by their names and by what is set up in them; Enter opens the first that is left. */
export function SettingsNav({ groups, className }: Props) {
  const [typed, setTyped] = useState("");
  const navigate = useNavigate();
  const words = (id: string) => [t(`settings.${id}`), t(`settings.${id}.about`), t(`settings.${id}.words`)].join(" ");
  const left = groups
    .map((group) => ({ ...group, sections: group.sections.filter(({ id }) => matching(words(id), typed)) }))
    .filter((group) => group.sections.length > 0);
  const first = left[0]?.sections[0];
  return (
    <nav aria-label={t("settings.title")} className={`flex min-h-0 flex-col overflow-y-auto bg-surface ${className}`}>
      <h1 className="flex h-12 shrink-0 items-center px-4 text-16 font-semibold">{t("settings.title")}</h1>
      <SearchField
        label={t("settings.search")}
        value={typed}
        onChange={setTyped}
        onSubmit={() => typed && first && void navigate({ to: first.to })}
        className="mx-3 mb-1"
      />
      {left.map((group) => (
        <div key={group.id} className="px-2 pt-3">
          <h2 className="px-2 pb-1 text-12 text-ink-3">{t(`settings.group.${group.id}`)}</h2>
          <ul>
            {group.sections.map((section) => (
              <li key={section.id}>
                <Link
                  to={section.to}
                  className="flex h-7 items-center gap-2 rounded-control px-2 text-ink-2 hover:bg-hover max-pane:h-10 aria-[current=page]:bg-line-soft aria-[current=page]:font-semibold aria-[current=page]:text-ink-1"
                >
                  <Icon name={section.icon} className="text-ink-3" />
                  <span className="truncate">{t(`settings.${section.id}`)}</span>
                </Link>
              </li>
            ))}
          </ul>
        </div>
      ))}
      {left.length === 0 ? <p className="px-4 py-3 text-ink-3">{t("ui.nothing-fits")}</p> : null}
      <div className="h-4 shrink-0" />
    </nav>
  );
}
