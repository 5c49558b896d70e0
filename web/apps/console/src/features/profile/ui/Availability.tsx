import { dayTime, t } from "@helpdesk/i18n";
import { errorText, Segmented, Select, toast } from "@helpdesk/ui";
import { useQueryClient } from "@tanstack/react-query";
import { type Me, meQuery } from "../../../shell/queries.ts";
import { saveAvailability } from "../api.ts";
import { endOf, type Until, untils } from "../until.ts";
import { Section } from "./Section.tsx";

const states = ["available", "busy", "away"] as const;

/** Whether somebody can take tickets now, and when that changes by itself. */
export function Availability({ me }: { me: Me }) {
  const client = useQueryClient();
  const save = async (availability: string, until: Date | null) => {
    try {
      client.setQueryData(meQuery.queryKey, await saveAvailability(availability, until));
      void client.invalidateQueries({ queryKey: ["people"] });
    } catch (error) {
      toast(errorText(error), { kind: "failed" });
    }
  };
  const end = me.availability_until;
  const given = end ? [{ id: "at", name: t("profile.until.at", { when: dayTime(end) }) }] : [];
  return (
    <Section title={t("profile.availability")}>
      <div className="flex flex-wrap items-end gap-4">
        <Segmented
          label={t("profile.availability")}
          items={states.map((id) => ({ id, name: t(`profile.availability.${id}`) }))}
          value={me.availability as (typeof states)[number]}
          onChange={(availability) => void save(availability, null)}
        />
        {me.availability === "available" ? null : (
          <Select
            label={t("profile.until")}
            isLabelHidden
            className="w-56"
            items={[...given, ...untils.map((id) => ({ id, name: t(`profile.until.${id}`) }))]}
            value={end ? "at" : "never"}
            onChange={(id) => id !== "at" && void save(me.availability, endOf(id as Until, new Date()))}
          />
        )}
      </div>
      <p className="text-12 text-ink-3">{t("profile.availability.why")}</p>
    </Section>
  );
}
