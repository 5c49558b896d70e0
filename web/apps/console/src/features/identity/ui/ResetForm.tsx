import { t } from "@helpdesk/i18n";
import { Banner, Button, errorText, fieldErrors, TextField } from "@helpdesk/ui";
import { type FormEvent, useState } from "react";
import { requestReset } from "../api.ts";

/** Asks for a link by mail. The answer is the same whether the address is known or not. */
export function ResetForm({ needsOrganization, onBack }: { needsOrganization: boolean; onBack: () => void }) {
  const [email, setEmail] = useState("");
  const [organization, setOrganization] = useState("");
  const [state, setState] = useState<"asking" | "sending" | "sent">("asking");
  const [error, setError] = useState<unknown>();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setState("sending");
    setError(undefined);
    try {
      await requestReset(email, organization || undefined);
      setState("sent");
    } catch (failure) {
      setError(failure);
      setState("asking");
    }
  };
  const beside = fieldErrors(error);
  return (
    <form onSubmit={submit} className="grid gap-4">
      {state === "sent" ? (
        <Banner>{t("identity.reset.sent", { email })}</Banner>
      ) : (
        <>
          <p className="text-ink-2">{t("identity.reset.why")}</p>
          {needsOrganization ? (
            <TextField
              label={t("identity.organization")}
              hint={t("identity.organization.hint")}
              value={organization}
              onChange={setOrganization}
              error={beside.organization}
            />
          ) : null}
          <TextField
            autoFocus
            isRequired
            label={t("identity.email")}
            type="email"
            autoComplete="username"
            value={email}
            onChange={setEmail}
            error={beside.email}
          />
          {error && Object.keys(beside).length === 0 ? <Banner kind="error">{errorText(error)}</Banner> : null}
          <Button type="submit" look="primary" size="large" isDisabled={state === "sending"}>
            {t("identity.reset.send")}
          </Button>
        </>
      )}
      <Button look="quiet" onPress={onBack}>
        {t("identity.back")}
      </Button>
    </form>
  );
}
