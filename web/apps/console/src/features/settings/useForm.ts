import { ApiError } from "@helpdesk/api";
import { t } from "@helpdesk/i18n";
import { errorText, fieldErrors } from "@helpdesk/ui";
import { useState } from "react";
import { refreshAll } from "./perform.ts";

export type Form<Values> = {
  values: Values;
  set: <Name extends keyof Values>(name: Name) => (value: Values[Name]) => void;
  /** What is wrong, by field. */
  errors: Record<string, string | undefined>;
  /** What a control of one field takes. */
  field: <Name extends keyof Values & string>(
    name: Name,
  ) => { value: Values[Name]; onChange: (value: Values[Name]) => void; error: string | undefined };
  /** What is wrong with all of it. */
  error: string | undefined;
  isDirty: boolean;
  isSaving: boolean;
  /** Saves; true when it is saved. */
  submit: () => Promise<boolean>;
  discard: () => void;
};

type Options<Values> = {
  /** As the server has it, or what a new thing begins with. */
  saved: Values;
  /** Writes; `changed` has only what differs. */
  save: (values: Values, changed: Partial<Values>) => Promise<unknown>;
  /** First words of the query keys that it makes old. */
  refresh: string[];
  /** Problems that can be seen here, by field; empty when there are none. */
  check?: (values: Values) => Record<string, string | undefined>;
};

const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

/**
 * Fields over something that is saved. Only what somebody typed is kept here, so what others change meanwhile appears
 * in the fields that were not touched, and a save that comes too late can be repeated on top of it.
 */
export function useForm<Values extends object>({ saved, save, refresh, check }: Options<Values>): Form<Values> {
  const [edits, setEdits] = useState<Partial<Values>>({});
  const [problem, setProblem] = useState<{ errors: Record<string, string | undefined>; error?: string }>({
    errors: {},
  });
  const [isSaving, setSaving] = useState(false);
  const values = { ...saved, ...edits };
  const changed = Object.fromEntries(
    Object.entries(edits).filter(([name, value]) => !isSame(value, saved[name as keyof Values])),
  ) as Partial<Values>;
  const submit = async () => {
    const errors = check?.(values) ?? {};
    setProblem({ errors });
    if (Object.values(errors).some(Boolean)) return false;
    setSaving(true);
    try {
      await save(values, changed);
      await refreshAll(refresh);
      setEdits({});
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.code === "STALE") {
        await refreshAll(refresh);
        setProblem({ errors: {}, error: t("settings.stale") });
      } else {
        const errors = fieldErrors(error);
        const isShown = Object.keys(errors).some((name) => name in values);
        setProblem({ errors, error: isShown ? t("settings.look-at-fields") : errorText(error) });
      }
      return false;
    } finally {
      setSaving(false);
    }
  };
  const set: Form<Values>["set"] = (name) => (value) => {
    setEdits((old) => ({ ...old, [name]: value }));
    setProblem((old) => ({ ...old, errors: { ...old.errors, [name]: "" } }));
  };
  return {
    values,
    set,
    field: (name) => ({ value: values[name], onChange: set(name), error: problem.errors[name] }),
    errors: problem.errors,
    error: problem.error,
    isDirty: Object.keys(changed).length > 0,
    isSaving,
    submit,
    discard: () => {
      setEdits({});
      setProblem({ errors: {} });
    },
  };
}
