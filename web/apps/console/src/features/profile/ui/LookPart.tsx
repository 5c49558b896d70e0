import { i18n, locales, t } from "@helpdesk/i18n";
import { ComboBox, ErrorState, Segmented, Select, Skeleton } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { type Preferences, prefer, undoSendSeconds } from "../../../shell/preferences.ts";
import { meQuery, organizationQuery } from "../../../shell/queries.ts";

/** Stands for "as the organization or the device has it". */
const auto = "auto";
const undoSeconds = [0, 5, 10, 20, 30];

/** How the console looks and writes. Everything applies at once. */
export default function LookPart() {
  const { data, error, refetch } = useQuery(meQuery);
  const { data: organization } = useQuery(organizationQuery);
  if (!data) return error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <Skeleton rows={8} />;
  const wishes = data.preferences;
  const set = (name: keyof Preferences) => (id: string | null) =>
    void prefer({ [name]: id === auto || id === null ? null : id });
  const zone = organization?.time_zone ?? "UTC";
  const zones = [
    { id: auto, name: t("profile.zone.own", { zone }) },
    ...Intl.supportedValuesOf("timeZone").map((id) => ({ id, name: id.replaceAll("_", " ") })),
  ];
  return (
    <div className="grid gap-6">
      <p className="text-ink-3">{t("profile.look.why")}</p>
      <div className="grid max-w-[560px] gap-4 sm:grid-cols-2">
        <Select
          label={t("profile.language")}
          items={Object.entries(locales).map(([id, name]) => ({ id, name }))}
          value={i18n.locale}
          onChange={set("language")}
        />
        <ComboBox
          label={t("profile.zone")}
          items={zones}
          value={wishes.time_zone ?? auto}
          onChange={set("time_zone")}
        />
        <Select
          label={t("profile.hours")}
          items={choices("hours", [auto, "h12", "h23"])}
          value={wishes.hour_cycle ?? auto}
          onChange={set("hour_cycle")}
        />
        <Select
          label={t("profile.week")}
          items={choices("week", [auto, "monday", "saturday", "sunday"])}
          value={wishes.week_start ?? auto}
          onChange={set("week_start")}
        />
        <Select
          label={t("profile.undo")}
          hint={t("profile.undo.hint")}
          items={undoSeconds.map((count) => ({
            id: String(count),
            name: count === 0 ? t("profile.undo.off") : t("profile.undo.seconds", { count }),
          }))}
          value={String(undoSendSeconds())}
          onChange={(seconds) => void prefer({ undo_send_seconds: Number(seconds) })}
        />
      </div>
      <div className="grid gap-4">
        <Line name={t("profile.theme")}>
          <Segmented
            label={t("profile.theme")}
            items={choices("theme", [auto, "light", "dark"])}
            value={wishes.theme ?? auto}
            onChange={set("theme")}
          />
        </Line>
        <Line name={t("profile.contrast")}>
          <Segmented
            label={t("profile.contrast")}
            items={choices("contrast", [auto, "normal", "high"])}
            value={wishes.contrast ?? auto}
            onChange={set("contrast")}
          />
        </Line>
        <Line name={t("profile.density")}>
          <Segmented
            label={t("profile.density")}
            items={choices("density", ["compact", "normal", "relaxed"])}
            value={wishes.density ?? "normal"}
            onChange={set("density")}
          />
        </Line>
      </div>
    </div>
  );
}

const choices = (field: string, ids: string[]) => ids.map((id) => ({ id, name: t(`profile.${field}.${id}`) }));

function Line({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
      <span className="w-28 font-medium text-ink-2">{name}</span>
      {children}
    </div>
  );
}
