import { day, t } from "@helpdesk/i18n";
import { Banner, Button, Dialog, ErrorState, errorText, fieldErrors, Skeleton, TextField, toast } from "@helpdesk/ui";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { RecoveryCodes, SecondFactorSetup } from "../../identity/index.ts";
import { newRecoveryCodes, otpQuery, removeOtp } from "../api.ts";
import { Section } from "./Section.tsx";

type Open = "set-up" | "remove" | "codes";

export function SecondFactorSection() {
  const { data, error, refetch } = useQuery(otpQuery);
  const [opened, setOpened] = useState<Open>();
  const client = useQueryClient();
  const close = () => {
    setOpened(undefined);
    void client.invalidateQueries(otpQuery);
  };
  return (
    <Section title={t("profile.factor")}>
      {!data ? (
        error ? (
          <ErrorState error={error} onRetry={() => void refetch()} />
        ) : (
          <Skeleton rows={1} />
        )
      ) : data.enabled ? (
        <>
          <p className="text-ink-2">
            {t("profile.factor.on", {
              when: data.confirmed_at ? day(data.confirmed_at) : "",
              count: data.recovery_codes_left,
            })}
          </p>
          <div className="flex flex-wrap items-center gap-2">
            <Button onPress={() => setOpened("codes")}>{t("profile.factor.codes")}</Button>
            {data.required ? (
              <span className="text-12 text-ink-3">{t("profile.factor.required")}</span>
            ) : (
              <Button look="danger" onPress={() => setOpened("remove")}>
                {t("profile.factor.remove")}
              </Button>
            )}
          </div>
        </>
      ) : (
        <>
          <p className="text-ink-2">{t("profile.factor.off")}</p>
          <Button className="justify-self-start" onPress={() => setOpened("set-up")}>
            {t("profile.factor.set-up")}
          </Button>
        </>
      )}
      {opened === "set-up" ? (
        <Dialog isOpen title={t("profile.factor.set-up")} onOpenChange={(isOpen) => !isOpen && close()}>
          <SecondFactorSetup onDone={close} />
        </Dialog>
      ) : null}
      {opened === "remove" ? <Remove onClose={close} /> : null}
      {opened === "codes" ? <NewCodes onClose={close} /> : null}
    </Section>
  );
}

function Remove({ onClose }: { onClose: () => void }) {
  const [fields, setFields] = useState({ password: "", code: "" });
  const { submit, beside, error, isBusy } = useSubmit(async () => {
    await removeOtp(fields.password, fields.code);
    toast(t("profile.factor.removed"));
    onClose();
  });
  return (
    <Dialog isOpen title={t("profile.factor.remove")} onOpenChange={(isOpen) => !isOpen && onClose()}>
      <form noValidate onSubmit={submit} className="grid gap-4">
        <p className="text-ink-2">{t("profile.factor.remove.why")}</p>
        <PasswordField
          value={fields.password}
          error={beside.password}
          onChange={(password) => setFields({ ...fields, password })}
        />
        <TextField
          label={t("profile.code")}
          inputMode="numeric"
          autoComplete="one-time-code"
          value={fields.code}
          onChange={(code) => setFields({ ...fields, code })}
          error={beside.code}
        />
        {error ? <Banner kind="error">{errorText(error)}</Banner> : null}
        <Button type="submit" look="danger" size="large" isDisabled={isBusy || !fields.password}>
          {t("profile.factor.remove")}
        </Button>
      </form>
    </Dialog>
  );
}

function NewCodes({ onClose }: { onClose: () => void }) {
  const [password, setPassword] = useState("");
  const [codes, setCodes] = useState<string[]>();
  const { submit, beside, error, isBusy } = useSubmit(async () => setCodes(await newRecoveryCodes(password)));
  return (
    <Dialog isOpen title={t("profile.factor.codes")} onOpenChange={(isOpen) => !isOpen && onClose()}>
      {codes ? (
        <RecoveryCodes codes={codes} onDone={onClose} />
      ) : (
        <form noValidate onSubmit={submit} className="grid gap-4">
          <p className="text-ink-2">{t("profile.factor.codes.why")}</p>
          <PasswordField value={password} error={beside.password} onChange={setPassword} />
          {error ? <Banner kind="error">{errorText(error)}</Banner> : null}
          <Button type="submit" look="primary" size="large" isDisabled={isBusy || !password}>
            {t("profile.factor.codes")}
          </Button>
        </form>
      )}
    </Dialog>
  );
}

type PasswordFieldProps = { value: string; error?: string; onChange: (password: string) => void };

const PasswordField = (props: PasswordFieldProps) => (
  <TextField
    autoFocus
    type="password"
    autoComplete="current-password"
    label={t("profile.confirm-password")}
    {...props}
  />
);

/** Runs a form once at a time; `error` is what has no field to stand beside. */
function useSubmit(run: () => Promise<void>) {
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    await run().catch(setError);
    setBusy(false);
  };
  const beside = fieldErrors(error);
  return { submit, beside, error: Object.keys(beside).length === 0 ? error : undefined, isBusy };
}
