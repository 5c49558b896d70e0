import { useCommands } from "@helpdesk/commands";
import { t } from "@helpdesk/i18n";
import { Outlet, useLocation, useNavigate } from "@tanstack/react-router";
import { useMe } from "../../../app.ts";
import { NotFound } from "../../../shell/ErrorPage.tsx";
import { openGroups, sectionOf } from "../sections.ts";
import { SettingsNav } from "../ui/SettingsNav.tsx";

/** The navigation of the settings beside the section that is open; on a narrow window one of the two. */
export function SettingsFrame() {
  useMe();
  const { pathname } = useLocation();
  const isHome = /^\/settings\/?$/.test(pathname);
  const section = sectionOf(pathname);
  const groups = openGroups();
  const navigate = useNavigate();
  useCommands(
    groups.flatMap((group) =>
      group.sections.map(({ id, to }) => ({
        id: `settings.${id}`,
        title: `settings.${id}`,
        scope: "global" as const,
        words: t(`settings.${id}.words`),
        run: () => void navigate({ to }),
      })),
    ),
  );
  const isOpen = isHome
    ? groups.length > 0
    : groups.some((group) => group.sections.some(({ id }) => id === section?.id));
  if (!isOpen) return <NotFound />;
  return (
    <div className="grid h-full min-h-0 grid-cols-[minmax(0,1fr)] bg-surface pane:grid-cols-[216px_minmax(0,1fr)]">
      <SettingsNav groups={groups} className={isHome ? "" : "max-pane:hidden"} />
      <div className={`min-h-0 min-w-0 border-line pane:border-s ${isHome ? "max-pane:hidden" : ""}`}>
        <Outlet />
      </div>
    </div>
  );
}
