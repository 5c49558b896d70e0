import { t } from "@helpdesk/i18n";
import {
  Button,
  Dialog,
  EmptyState,
  errorText,
  Icon,
  IconButton,
  type IconName,
  Toasts,
  toast,
  useTitle,
} from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useRouter } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { queries } from "../../../app.ts";
import { brandingQuery } from "../../../shell/queries.ts";
import { meQuery } from "../api.ts";
import { operatorSession, signOutOperator, useOperatorState } from "../session.ts";
import { OperatorSignIn } from "../ui/OperatorSignIn.tsx";

/** The frame of the operators' console, or its sign-in; on an organization's own host it is not there. */
export function OperatorFrame() {
  const state = useOperatorState();
  const { data: brand } = useQuery(brandingQuery);
  useTitle(t("operator.title"));
  if (brand) {
    return (
      <main className="grid min-h-dvh place-items-center bg-surface">
        <EmptyState icon="building" title={t("operator.elsewhere")}>
          {t("operator.elsewhere.why")}
        </EmptyState>
      </main>
    );
  }
  if (state === "out") {
    return (
      <main className="grid min-h-dvh place-items-center bg-surface px-6 py-10">
        <div className="grid w-full max-w-[340px] gap-6">
          <header>
            <h1 className="text-20 font-semibold">{t("operator.title")}</h1>
            <p className="mt-1 text-ink-2">{t("operator.sign-in.why")}</p>
          </header>
          <OperatorSignIn />
        </div>
      </main>
    );
  }
  return <Inside isExpired={state === "expired"} />;
}

const sections: { id: string; to: string; icon: IconName }[] = [
  { id: "organizations", to: "/operator/organizations", icon: "building" },
  { id: "operators", to: "/operator/operators", icon: "person" },
  { id: "log", to: "/operator/log", icon: "eye" },
  { id: "keys", to: "/operator/keys", icon: "key" },
];

function Inside({ isExpired }: { isExpired: boolean }) {
  const { data: me } = useQuery(meQuery);
  const [isNavOpen, setNavOpen] = useState(false);
  const router = useRouter();
  useEffect(() => router.subscribe("onResolved", () => setNavOpen(false)), [router]);
  const leave = () =>
    signOutOperator().then(
      () => queries.clear(),
      (error) => toast(errorText(error), { kind: "failed" }),
    );
  return (
    <div className="grid h-dvh grid-cols-[minmax(0,1fr)] grid-rows-[auto_minmax(0,1fr)] bg-canvas pane:grid-cols-[208px_minmax(0,1fr)] pane:grid-rows-[minmax(0,1fr)]">
      <div className="flex min-h-0 flex-col">
        <div className="flex h-12 shrink-0 items-center gap-2 border-b border-line px-3 pane:border-0">
          <IconButton
            icon={isNavOpen ? "close" : "menu"}
            label={t("shell.nav.menu")}
            aria-expanded={isNavOpen}
            className="pane:hidden"
            onPress={() => setNavOpen(!isNavOpen)}
          />
          <span className="truncate px-1 font-semibold">{t("operator.title")}</span>
        </div>
        <nav
          aria-label={t("shell.nav.main")}
          className={`min-h-0 flex-1 flex-col overflow-y-auto max-pane:fixed max-pane:inset-x-0 max-pane:top-12 max-pane:bottom-0 max-pane:z-20 max-pane:bg-canvas pane:flex ${isNavOpen ? "flex" : "hidden"}`}
        >
          <ul className="px-2 pt-2">
            {sections.map(({ id, to, icon }) => (
              <li key={id}>
                <Link
                  to={to}
                  className="flex h-7 items-center gap-2 rounded-control px-2 text-ink-2 hover:bg-line-soft max-pane:h-10 aria-[current=page]:bg-line-soft aria-[current=page]:font-semibold aria-[current=page]:text-ink-1"
                >
                  <Icon name={icon} className="text-ink-3" />
                  {t(`operator.${id}`)}
                </Link>
              </li>
            ))}
          </ul>
          <div className="mt-auto flex items-center gap-1 p-3">
            <bdi className="min-w-0 flex-1 truncate text-12 text-ink-3">{me?.email}</bdi>
            <IconButton icon="out" label={t("shell.sign-out")} onPress={() => void leave()} />
          </div>
        </nav>
      </div>
      <div className="min-h-0 min-w-0 border-line pane:border-s">
        <Outlet />
      </div>
      <Toasts />
      {isExpired ? (
        <Dialog isOpen isDismissable={false} title={t("operator.again")}>
          <p className="mb-4 text-ink-2">{t("operator.again.why")}</p>
          <OperatorSignIn email={me?.email} />
          <Button
            look="quiet"
            className="mt-2 w-full"
            onPress={() => {
              operatorSession.end();
              queries.clear();
            }}
          >
            {t("shell.sign-out")}
          </Button>
        </Dialog>
      ) : null}
    </div>
  );
}
