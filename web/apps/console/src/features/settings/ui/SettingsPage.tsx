import { t } from "@helpdesk/i18n";
import { Icon, Page, useTitle } from "@helpdesk/ui";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

type Props = {
  title: string;
  /** What this is for, in one or two sentences. */
  about?: ReactNode;
  aside?: ReactNode;
  actions?: ReactNode;
  /** The list that this page belongs to. */
  parent?: { to: string; title: string };
  children: ReactNode;
};

const leadLook =
  "flex min-h-7 items-center gap-1 rounded-control pe-1 text-ink-2 hover:text-ink-1 focus-visible:outline-2 focus-visible:outline-petrol";

/** A page of the settings: with the way back to its list, or on a narrow window to all settings. */
export function SettingsPage({ title, about, aside, actions, parent, children }: Props) {
  useTitle(title, t("settings.title"));
  const back = parent ?? { to: "/settings", title: t("settings.title") };
  return (
    <Page
      title={title}
      aside={aside}
      actions={actions}
      lead={
        <Link to={back.to} className={`${leadLook} ${parent ? "" : "pane:hidden"}`}>
          <Icon name="back" />
          {back.title}
        </Link>
      }
    >
      {about ? <p className="mb-4 max-w-[68ch] text-ink-2">{about}</p> : null}
      {children}
    </Page>
  );
}

/** Fields or facts that belong together, under a heading. */
export function FormSection({
  title,
  about,
  actions,
  children,
}: {
  title: string;
  about?: ReactNode;
  actions?: ReactNode;
  children?: ReactNode;
}) {
  return (
    <section className="grid max-w-[640px] gap-3 border-t border-line pt-5 first:border-t-0 first:pt-0 not-first:mt-7">
      <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
        <div className="min-w-0 flex-1">
          <h2 className="text-15 font-semibold">{title}</h2>
          {about ? <div className="mt-0.5 max-w-[60ch] text-ink-3">{about}</div> : null}
        </div>
        {actions ? <div className="flex flex-wrap gap-2">{actions}</div> : null}
      </div>
      {children}
    </section>
  );
}
