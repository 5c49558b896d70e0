import { t } from "@helpdesk/i18n";
import { Banner, Button, Checkbox, ErrorState, errorText, fieldErrors, Skeleton, Switch, toast } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type Channel, type Kind, type Preferences, preferencesQuery, savePreferences } from "../api.ts";
import { usePermission } from "../browser.ts";
import { kinds } from "../sentence.ts";

const channels: Channel[] = ["in_app", "email", "browser"];

/** What somebody wants to be told of, by which way, and when not. Each change is saved at once. */
export function NotificationWishes() {
  const { data, error, refetch } = useQuery(preferencesQuery);
  if (!data) return error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <Skeleton rows={9} />;
  const save = async (change: Parameters<typeof savePreferences>[1]) => {
    try {
      await savePreferences(data.version, change);
    } catch (failure) {
      toast(errorText(failure), { kind: "failed" });
      void refetch();
    }
  };
  return (
    <div className="grid gap-6">
      <BrowserPermission />
      <Matrix wishes={data} onChange={(kind, channel, on) => void save({ events: { [kind]: { [channel]: on } } })} />
      <QuietHours wishes={data} onSaved={() => void refetch()} />
    </div>
  );
}

function BrowserPermission() {
  const [permission, ask] = usePermission();
  const action =
    permission === "default" ? <Button onPress={() => void ask()}>{t("notifications.browser.ask")}</Button> : null;
  return (
    <Banner kind={permission === "denied" ? "warn" : "info"} action={action}>
      {t(`notifications.browser.${permission}`)}
    </Banner>
  );
}

type MatrixProps = { wishes: Preferences; onChange: (kind: Kind, channel: Channel, on: boolean) => void };

function Matrix({ wishes, onChange }: MatrixProps) {
  return (
    <table className="w-full border-collapse">
      <thead>
        <tr className="border-b border-line text-12 text-ink-3">
          <th scope="col" className="h-8 pe-3 text-start font-medium">
            {t("notifications.event")}
          </th>
          {channels.map((channel) => (
            <th key={channel} scope="col" className="w-16 px-1 font-medium">
              {t(`notifications.channel.${channel}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {kinds
          .filter((kind) => wishes.events[kind])
          .map((kind) => (
            <tr key={kind} className="border-b border-line-soft hover:bg-hover">
              <th scope="row" className="py-1.5 pe-3 text-start font-normal">
                {t(`notifications.kind.${kind}`)}
              </th>
              {channels.map((channel) => (
                <td key={channel} className="px-1">
                  <div className="grid justify-items-center">
                    <Checkbox
                      aria-label={t("notifications.tell", {
                        event: t(`notifications.kind.${kind}`),
                        channel: t(`notifications.channel.${channel}`),
                      })}
                      isSelected={wishes.events[kind]?.[channel] ?? false}
                      onChange={(on) => onChange(kind, channel, on)}
                    />
                  </div>
                </td>
              ))}
            </tr>
          ))}
      </tbody>
    </table>
  );
}

function QuietHours({ wishes, onSaved }: { wishes: Preferences; onSaved: () => void }) {
  const hours = wishes.quiet_hours;
  const [error, setError] = useState<unknown>();
  const save = async (next: { from: string; until: string } | null) => {
    setError(undefined);
    try {
      await savePreferences(wishes.version, { quiet_hours: next });
    } catch (failure) {
      setError(failure);
      onSaved();
    }
  };
  const beside = Object.values(fieldErrors(error))[0];
  return (
    <section aria-label={t("notifications.quiet")} className="grid gap-3">
      <h2 className="font-semibold">{t("notifications.quiet")}</h2>
      <Switch isSelected={Boolean(hours)} onChange={(on) => void save(on ? { from: "20:00", until: "07:00" } : null)}>
        {t("notifications.quiet.on")}
      </Switch>
      {hours ? (
        <div className="flex flex-wrap gap-4">
          <Time
            label={t("notifications.quiet.from")}
            value={hours.from}
            onChange={(from) => void save({ ...hours, from })}
          />
          <Time
            label={t("notifications.quiet.until")}
            value={hours.until}
            onChange={(until) => void save({ ...hours, until })}
          />
        </div>
      ) : null}
      {error ? (
        <p role="alert" className="text-12 text-late">
          {beside ?? errorText(error)}
        </p>
      ) : null}
      <p className="text-12 text-ink-3">{t("notifications.quiet.why")}</p>
    </section>
  );
}

type TimeProps = { label: string; value: string; onChange: (time: string) => void };

/** The browser's own field for a time; it is saved when the field is left. */
function Time({ label, value, onChange }: TimeProps) {
  const [typed, setTyped] = useState(value);
  return (
    <label className="grid gap-1">
      <span className="font-medium text-ink-2">{label}</span>
      <input
        type="time"
        className="h-9 rounded-control border border-control bg-raised px-2.5"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={() => typed && typed !== value && onChange(typed)}
      />
    </label>
  );
}
