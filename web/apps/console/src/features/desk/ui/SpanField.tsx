import { t } from "@helpdesk/i18n";
import { Select, TextField } from "@helpdesk/ui";
import { minutesIn, type Span, type Unit } from "../span.ts";

type Props = { label: string; hint?: string; value: Span; onChange: (span: Span) => void; error?: string };

/** An amount of time with its unit. */
export function SpanField({ label, hint, value, onChange, error }: Props) {
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_8rem] items-start gap-2">
      <TextField
        isRequired
        label={label}
        hint={hint}
        inputMode="decimal"
        value={value.amount}
        onChange={(amount) => onChange({ ...value, amount })}
        error={error}
      />
      <Select
        label={t("desk.unit-of", { what: label })}
        isLabelHidden
        className="pt-5.5"
        items={Object.keys(minutesIn).map((id) => ({ id, name: t(`desk.unit.${id}`) }))}
        value={value.unit}
        onChange={(unit) => onChange({ ...value, unit: unit as Unit })}
      />
    </div>
  );
}
