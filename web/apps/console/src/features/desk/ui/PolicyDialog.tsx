import type { Schema } from "@helpdesk/api";
import { dayTime, t } from "@helpdesk/i18n";
import { Checkbox, PriorityBars, Select, TextField } from "@helpdesk/ui";
import { FormDialog, useForm } from "../../settings/index.ts";
import { priorities, priorityName } from "../../triage/index.ts";
import { changePolicy, createPolicy, type Policy } from "../api.ts";
import { minutesOf, type Span, spanOf } from "../span.ts";
import { SpanField } from "./SpanField.tsx";

/** A policy, with what it would promise for a ticket that comes now. */
export function PolicyDialog({ policy, onClose }: { policy?: Policy; onClose: () => void }) {
  const form = useForm({
    saved: {
      name: policy?.name ?? "",
      priority: policy?.priority ?? "medium",
      response_time: spanOf(policy?.response_time ?? 240),
      resolution_time: spanOf(policy?.resolution_time ?? 1440),
      is_active: policy?.is_active ?? true,
    },
    check: ({ response_time, resolution_time }) => ({
      ...(minutesOf(response_time) === undefined ? { response_time: t("desk.span.form") } : {}),
      ...(minutesOf(resolution_time) === undefined ? { resolution_time: t("desk.span.form") } : {}),
    }),
    save: (values) => {
      const body = {
        ...values,
        response_time: minutesOf(values.response_time) ?? 0,
        resolution_time: minutesOf(values.resolution_time) ?? 0,
      };
      return policy ? changePolicy(policy, body) : createPolicy(body);
    },
    refresh: ["sla-policies", "tickets", "counts"],
  });
  const { values, errors, set, field } = form;
  return (
    <FormDialog
      title={t(policy ? "desk.policy.edit" : "desk.policy.new")}
      action={t(policy ? "desk.policy.save" : "desk.policy.create")}
      form={form}
      onClose={onClose}
    >
      <TextField autoFocus isRequired label={t("desk.name")} {...field("name")} />
      <Select
        label={t("desk.priority")}
        items={priorities.map((id) => ({
          id,
          name: priorityName(id),
          sign: <PriorityBars priority={id} />,
        }))}
        value={values.priority}
        onChange={(priority) => set("priority")(priority as Schema<"Priority">)}
        error={errors.priority}
      />
      <SpanField label={t("desk.response")} {...field("response_time")} />
      <SpanField label={t("desk.resolution")} hint={t("desk.policy.zero")} {...field("resolution_time")} />
      <Checkbox isSelected={values.is_active} onChange={set("is_active")}>
        {t("desk.policy.is-active")}
      </Checkbox>
      <Promised response={values.response_time} resolution={values.resolution_time} />
    </FormDialog>
  );
}

/** What a ticket that comes at this moment would be promised. */
function Promised({ response, resolution }: { response: Span; resolution: Span }) {
  const [answered, solved] = [minutesOf(response), minutesOf(resolution)];
  if (!answered || !solved) return null;
  const at = (minutes: number) => dayTime(Date.now() + minutes * 60_000);
  return (
    <p className="rounded-control border border-line bg-canvas px-3 py-2 text-ink-2">
      {t("desk.policy.promise", { answered: at(answered), solved: at(solved) })}
    </p>
  );
}
