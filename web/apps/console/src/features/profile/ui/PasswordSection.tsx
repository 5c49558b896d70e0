import { t } from "@helpdesk/i18n";
import { Banner, Button, errorText, fieldErrors, TextField, toast } from "@helpdesk/ui";
import { type FormEvent, useState } from "react";
import { useMe } from "../../../app.ts";
import { changePassword } from "../api.ts";
import { Section } from "./Section.tsx";

export function PasswordSection() {
  const me = useMe();
  const [fields, setFields] = useState({ now: "", next: "" });
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      await changePassword(fields.now, fields.next);
      setFields({ now: "", next: "" });
      toast(t("profile.password.changed"));
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  const beside = fieldErrors(error);
  return (
    <Section title={t("profile.password")}>
      <form noValidate onSubmit={submit} className="grid max-w-[340px] gap-4">
        {/* Password managers want to know whose password it is. */}
        <input type="hidden" autoComplete="username" value={me.email} readOnly />
        <TextField
          type="password"
          autoComplete="current-password"
          label={t("profile.password.now")}
          value={fields.now}
          onChange={(now) => setFields({ ...fields, now })}
          error={beside.current_password}
        />
        <TextField
          type="password"
          autoComplete="new-password"
          label={t("profile.password.next")}
          hint={t("profile.password.hint")}
          value={fields.next}
          onChange={(next) => setFields({ ...fields, next })}
          error={beside.new_password}
        />
        {error && Object.keys(beside).length === 0 ? <Banner kind="error">{errorText(error)}</Banner> : null}
        <Button
          type="submit"
          look="primary"
          className="justify-self-start"
          isDisabled={isBusy || !fields.now || fields.next.length < 10}
        >
          {t("profile.password.change")}
        </Button>
      </form>
    </Section>
  );
}
