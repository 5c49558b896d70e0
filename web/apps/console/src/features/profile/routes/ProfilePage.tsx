import { t } from "@helpdesk/i18n";
import { Page, Skeleton, TabList, TabPanel, Tabs } from "@helpdesk/ui";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { type ComponentType, lazy, Suspense } from "react";
import { NotificationWishes } from "../../notifications/index.ts";
import { parts } from "../routes.ts";
import { YouPart } from "../ui/YouPart.tsx";

const LookPart = lazy(() => import("../ui/LookPart.tsx"));
const SecurityPart = lazy(() => import("../ui/SecurityPart.tsx"));
const KeyList = lazy(() => import("../../../shell/KeyList.tsx"));

const route = getRouteApi("/shell/profile");
const panels: Record<(typeof parts)[number], ComponentType> = {
  you: YouPart,
  look: LookPart,
  security: SecurityPart,
  notifications: NotificationWishes,
  keys: KeyList,
};

/** What everybody sets for themselves. */
export function ProfilePage() {
  const { part = "you" } = route.useSearch();
  const navigate = useNavigate();
  return (
    <Page title={t("profile.title")}>
      <Tabs
        selectedKey={part}
        onSelectionChange={(key) => navigate({ to: "/profile", search: { part: key as typeof part }, replace: true })}
        className="max-w-[760px]"
      >
        <TabList label={t("profile.title")} items={parts.map((id) => ({ id, name: t(`profile.part.${id}`) }))} />
        {parts.map((id) => {
          const Panel = panels[id];
          return (
            <TabPanel key={id} id={id} className="pt-5 outline-none">
              <Suspense fallback={<Skeleton />}>
                <Panel />
              </Suspense>
            </TabPanel>
          );
        })}
      </Tabs>
    </Page>
  );
}
