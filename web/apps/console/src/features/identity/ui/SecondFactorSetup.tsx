import { answer, type Schema } from "@helpdesk/api";
import { t } from "@helpdesk/i18n";
import { Banner, Button, errorText, fieldErrors, TextField } from "@helpdesk/ui";
import { type FormEvent, useState } from "react";
import { api } from "../../../app.ts";
import { QrCode } from "./QrCode.tsx";

type Step = { name: "password" } | { name: "code"; setup: Schema<"OtpSetup"> } | { name: "codes"; codes: string[] };

/** Sets up the second factor: password, then a code of the app, then the recovery codes, which are shown once. */
export function SecondFactorSetup({ onDone }: { onDone: () => void }) {
  const [step, setStep] = useState<Step>({ name: "password" });
  const [value, setValue] = useState("");
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      setStep(await next(step, value));
      setValue("");
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  if (step.name === "codes") return <RecoveryCodes codes={step.codes} onDone={onDone} />;
  const field = step.name;
  const beside = fieldErrors(error)[field];
  return (
    <form onSubmit={submit} className="grid gap-4">
      {step.name === "code" ? (
        <div className="grid gap-2 text-ink-2">
          <p>{t("identity.second-factor.scan")}</p>
          <QrCode text={step.setup.otpauth_uri} label={t("identity.second-factor.qr")} />
          <a href={step.setup.otpauth_uri} className="text-petrol underline">
            {t("identity.second-factor.open-app")}
          </a>
          <code className="font-mono text-15 break-all select-all">{step.setup.secret}</code>
        </div>
      ) : (
        <p className="text-ink-2">{t("identity.second-factor.why")}</p>
      )}
      <TextField
        key={field}
        autoFocus
        isRequired
        label={t(field === "code" ? "identity.code" : "identity.password")}
        type={field === "code" ? "text" : "password"}
        inputMode={field === "code" ? "numeric" : undefined}
        autoComplete={field === "code" ? "one-time-code" : "current-password"}
        value={value}
        onChange={setValue}
        error={beside}
      />
      {error && !beside ? <Banner kind="error">{errorText(error)}</Banner> : null}
      <Button type="submit" look="primary" size="large" isDisabled={isBusy || !value}>
        {t("identity.continue")}
      </Button>
    </form>
  );
}

async function next(step: Step, value: string): Promise<Step> {
  if (step.name === "password") {
    return { name: "code", setup: await answer(api.POST("/api/v1/auth/otp/setup/", { body: { password: value } })) };
  }
  const { recovery_codes } = await answer(api.POST("/api/v1/auth/otp/confirm/", { body: { code: value.trim() } }));
  return { name: "codes", codes: recovery_codes };
}

/** The codes that take the place of the app once each. */
export function RecoveryCodes({ codes, onDone }: { codes: string[]; onDone: () => void }) {
  return (
    <div className="grid gap-4">
      <p className="text-ink-2">{t("identity.recovery-codes.why")}</p>
      <ul className="grid grid-cols-2 gap-x-6 gap-y-1 font-mono text-15 select-all">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <Button look="primary" size="large" onPress={onDone}>
        {t("identity.recovery-codes.kept")}
      </Button>
    </div>
  );
}
