import { ApiError } from "@helpdesk/api";
import { t } from "@helpdesk/i18n";
import { Banner, Button, errorText, fieldErrors, TextField } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { completeSignIn, leaveFor, providersQuery, signIn } from "../api.ts";

type Props = {
  next: string;
  /** On a host that is no organization's, its short name is asked for. */
  needsOrganization?: boolean;
  /** Whoever signs in again over a page is known already. */
  email?: string;
  onDone: () => void;
  onForgotten?: () => void;
};

/** Address and password, then the code of the second factor where there is one. */
export function SignInForm({ next, needsOrganization = false, email: known, onDone, onForgotten }: Props) {
  const [fields, setFields] = useState({ email: known ?? "", password: "", organization: "", otp: "" });
  const [asksCode, setAsksCode] = useState(false);
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const set = (name: keyof typeof fields) => (value: string) => setFields((old) => ({ ...old, [name]: value }));
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    const { email, password, organization, otp } = fields;
    try {
      await signIn({ email, password, organization: organization || undefined, otp: otp.trim() || undefined });
      onDone();
    } catch (failure) {
      const isCode = failure instanceof ApiError && failure.code === "OTP_REQUIRED";
      // The first time this is a question, not a mistake.
      if (!isCode || asksCode) setError(failure);
      if (isCode) setAsksCode(true);
    } finally {
      setBusy(false);
    }
  };
  const beside = fieldErrors(error);
  return (
    <form onSubmit={submit} className="grid gap-4">
      {asksCode ? (
        <TextField
          key="otp"
          autoFocus
          isRequired
          label={t("identity.code")}
          hint={t("identity.code.hint")}
          inputMode="numeric"
          autoComplete="one-time-code"
          value={fields.otp}
          onChange={set("otp")}
          error={error ? t("identity.code.wrong") : undefined}
        />
      ) : (
        <>
          {needsOrganization ? (
            <TextField
              label={t("identity.organization")}
              hint={t("identity.organization.hint")}
              autoComplete="organization"
              value={fields.organization}
              onChange={set("organization")}
              error={beside.organization}
            />
          ) : null}
          <TextField
            autoFocus={!known}
            isRequired
            isReadOnly={known !== undefined}
            label={t("identity.email")}
            type="email"
            autoComplete="username"
            value={fields.email}
            onChange={set("email")}
            error={beside.email}
          />
          <TextField
            autoFocus={known !== undefined}
            isRequired
            label={t("identity.password")}
            type="password"
            autoComplete="current-password"
            value={fields.password}
            onChange={set("password")}
            error={beside.password}
          />
          {error && Object.keys(beside).length === 0 ? <Banner kind="error">{signInProblem(error)}</Banner> : null}
        </>
      )}
      <Button type="submit" look="primary" size="large" isDisabled={isBusy}>
        {t("identity.sign-in")}
      </Button>
      {onForgotten ? (
        <Button look="quiet" onPress={onForgotten}>
          {t("identity.forgotten")}
        </Button>
      ) : null}
      <Providers next={next} />
    </form>
  );
}

function signInProblem(error: unknown): string {
  if (error instanceof ApiError && error.status === 401) return t("identity.wrong");
  if (error instanceof ApiError && error.status === 429) return t("identity.too-often");
  return errorText(error);
}

function Providers({ next }: { next: string }) {
  const { data } = useQuery(providersQuery);
  const [error, setError] = useState<unknown>();
  if (!data || data.length === 0) return null;
  return (
    <div className="grid gap-2">
      <p className="flex items-center gap-3 text-12 text-ink-3 before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
        {t("identity.or")}
      </p>
      {data.map((provider) => (
        <Button key={provider.id} size="large" onPress={() => leaveFor(provider.id, next).catch(setError)}>
          {t("identity.with", { provider: provider.name })}
        </Button>
      ))}
      {error ? <Banner kind="error">{errorText(error)}</Banner> : null}
    </div>
  );
}

/** The code of the second factor after an identity provider said who it is. */
export function ProviderCodeForm({ onDone }: { onDone: () => void }) {
  const [otp, setOtp] = useState("");
  const [error, setError] = useState<unknown>();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setError(undefined);
    completeSignIn(otp.trim()).then(onDone, setError);
  };
  return (
    <form onSubmit={submit} className="grid gap-4">
      <TextField
        autoFocus
        isRequired
        label={t("identity.code")}
        hint={t("identity.code.hint")}
        inputMode="numeric"
        autoComplete="one-time-code"
        value={otp}
        onChange={setOtp}
        error={error ? errorText(error) : undefined}
      />
      <Button type="submit" look="primary" size="large">
        {t("identity.continue")}
      </Button>
    </form>
  );
}
