import { t } from "@helpdesk/i18n";
import { Icon, useTitle } from "@helpdesk/ui";
import { Link } from "@tanstack/react-router";
import { openGroups } from "../sections.ts";

/** What can be set up, each with a sentence; on a narrow window the navigation stands for it. */
export function SettingsHome() {
  useTitle(t("settings.title"));
  return (
    <div className="h-full overflow-y-auto px-6 py-5">
      <div className="grid max-w-[960px] gap-7">
        {openGroups().map((group) => (
          <section key={group.id}>
            <h2 className="mb-2 text-12 text-ink-3">{t(`settings.group.${group.id}`)}</h2>
            <ul className="grid gap-x-8 border-t border-line sm:grid-cols-2">
              {group.sections.map((section) => (
                <li key={section.id} className="border-b border-line-soft">
                  <Link
                    to={section.to}
                    className="flex h-full gap-3 px-2 py-2.5 hover:bg-hover focus-visible:-outline-offset-2"
                  >
                    <Icon name={section.icon} className="mt-0.5 text-ink-3" />
                    <span className="grid gap-0.5">
                      <span className="font-medium">{t(`settings.${section.id}`)}</span>
                      <span className="text-ink-3">{t(`settings.${section.id}.about`)}</span>
                    </span>
                  </Link>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </div>
  );
}
