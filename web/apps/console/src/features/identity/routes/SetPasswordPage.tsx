import { t } from "@helpdesk/i18n";
import { Banner, Button, TextField } from "@helpdesk/ui";
import { type FormEvent, useState } from "react";
import { setPassword } from "../api.ts";
import { LinkOver, LinkUsed } from "../ui/LinkEnd.tsx";
import { WayIn } from "../ui/WayIn.tsx";
import { useLink } from "../useLink.ts";

/** Where an invitation and a link for a new password lead. */
export function SetPasswordPage() {
  const [password, setTyped] = useState("");
  const [again, setAgain] = useState("");
  const [wrong, setWrong] = useState<{ password?: string; again?: string }>({});
  const link = useLink((token) => setPassword(token, password));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const found = password === "" ? { password: t("identity.password.choose") } : {};
    const differ = password !== again ? { again: t("identity.password.differ") } : {};
    setWrong({ ...found, ...differ });
    if (password !== "" && password === again) void link.follow();
  };
  return (
    <WayIn title={t("identity.reset")}>
      {link.state === "done" ? (
        <LinkUsed>{t("identity.password.is-set")}</LinkUsed>
      ) : link.isOver ? (
        <LinkOver problem={link.problem} />
      ) : (
        <form noValidate onSubmit={submit} className="grid gap-4">
          <TextField
            autoFocus
            isRequired
            label={t("identity.password.new")}
            hint={t("identity.password.rule")}
            type="password"
            autoComplete="new-password"
            value={password}
            onChange={setTyped}
            error={wrong.password ?? link.beside.password}
          />
          <TextField
            isRequired
            label={t("identity.password.again")}
            type="password"
            autoComplete="new-password"
            value={again}
            onChange={setAgain}
            error={wrong.again}
          />
          {link.problem ? <Banner kind="error">{link.problem}</Banner> : null}
          <Button type="submit" look="primary" size="large" isDisabled={link.state === "sending"}>
            {t("identity.password.set")}
          </Button>
        </form>
      )}
    </WayIn>
  );
}
