import { ApiError } from "@helpdesk/api";
import { t } from "@helpdesk/i18n";
import { Banner, Button, errorText, TextField } from "@helpdesk/ui";
import { type FormEvent, useState } from "react";
import { signInOperator } from "../session.ts";

/** Address and password of an operator. */
export function OperatorSignIn({ email: known }: { email?: string }) {
  const [email, setEmail] = useState(known ?? "");
  const [password, setPassword] = useState("");
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    signInOperator(email, password).catch((failure: unknown) => {
      setError(failure);
      setBusy(false);
    });
  };
  return (
    <form noValidate onSubmit={submit} className="grid gap-4">
      <TextField
        autoFocus={!known}
        isRequired
        type="email"
        autoComplete="username"
        label={t("operator.email")}
        value={email}
        onChange={setEmail}
      />
      <TextField
        autoFocus={known !== undefined}
        isRequired
        type="password"
        autoComplete="current-password"
        label={t("operator.password")}
        value={password}
        onChange={setPassword}
      />
      {error ? (
        <Banner kind="error">
          {error instanceof ApiError && error.status === 401 ? t("operator.wrong") : errorText(error)}
        </Banner>
      ) : null}
      <Button type="submit" look="primary" size="large" isDisabled={isBusy}>
        {t("operator.sign-in")}
      </Button>
    </form>
  );
}
