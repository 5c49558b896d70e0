import { t, time } from "@helpdesk/i18n";
import { Banner, Button, ConfirmDialog, TextField } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { may, session } from "../../../app.ts";
import { ActionRow, FormDialog, FormSection, perform, useForm } from "../../settings/index.ts";
import {
  actAs,
  inviteAgain,
  lockoutQuery,
  type Person,
  removePerson,
  removeSecondFactor,
  restorePerson,
  setStatus,
  unlockPerson,
} from "../api.ts";

/** How somebody gets in, and how they are kept out. */
export function PersonSignIn({ person, isMine }: { person: Person; isMine: boolean }) {
  const { data: lockout } = useQuery(lockoutQuery(person.id));
  const [asked, setAsked] = useState<"otp" | "act-as">();
  const navigate = useNavigate();
  const { id, name } = person;
  const does = (write: () => Promise<unknown>, done: string, undo?: () => unknown) =>
    perform(write, { refresh: ["users", "roles", "teams"], done: t(done, { name }), undo });
  const suspend = () =>
    does(
      () => setStatus(id, "suspended"),
      "people.suspended",
      () => does(() => setStatus(id, "active"), "people.resumed"),
    );
  const remove = async () => {
    const isDone = await does(
      () => removePerson(id),
      "people.removed",
      () => does(() => restorePerson(id), "people.restored"),
    );
    if (isDone) void navigate({ to: "/settings/people" });
  };
  return (
    <FormSection title={t("people.sign-in")}>
      {lockout?.is_locked && lockout.locked_until ? (
        <Banner
          kind="warn"
          action={
            <Button onPress={() => void does(() => unlockPerson(id), "people.unlocked")}>{t("people.unlock")}</Button>
          }
        >
          {t("people.locked", { time: time(lockout.locked_until) })}
        </Banner>
      ) : null}
      <div className="grid gap-3">
        <ActionRow
          about={t("people.resend.about")}
          action={t("people.resend")}
          onPress={() => void does(() => inviteAgain(id), "people.resent")}
        />
        <ActionRow about={t("people.otp.about")} action={t("people.otp.remove")} onPress={() => setAsked("otp")} />
        {may("users:impersonate") && !isMine && person.status === "active" ? (
          <ActionRow
            about={t("people.act-as.about")}
            action={t("people.act-as", { name })}
            onPress={() => setAsked("act-as")}
          />
        ) : null}
        {isMine ? null : (
          <>
            {person.status === "active" ? (
              <ActionRow
                about={t("people.suspend.about")}
                action={t("people.suspend")}
                onPress={() => void suspend()}
              />
            ) : null}
            <ActionRow
              about={t("people.remove.about")}
              action={t("people.remove")}
              look="danger"
              onPress={() => void remove()}
            />
          </>
        )}
      </div>
      <ConfirmDialog
        title={t("people.otp.confirm", { name })}
        text={t("people.otp.confirm.why")}
        action={t("people.otp.remove")}
        isOpen={asked === "otp"}
        onOpenChange={() => setAsked(undefined)}
        onConfirm={() => {
          setAsked(undefined);
          void does(() => removeSecondFactor(id), "people.otp.removed");
        }}
      />
      {asked === "act-as" ? <ActAsDialog person={person} onClose={() => setAsked(undefined)} /> : null}
    </FormSection>
  );
}

function ActAsDialog({ person, onClose }: { person: Person; onClose: () => void }) {
  const navigate = useNavigate();
  const form = useForm({
    saved: { reason: "" },
    save: async ({ reason }) => {
      session.begin(await actAs(person.id, reason));
      await navigate({ to: "/inbox" });
    },
    refresh: [],
  });
  return (
    <FormDialog
      title={t("people.act-as", { name: person.name })}
      action={t("people.act-as.start")}
      form={form}
      onClose={onClose}
    >
      <p className="text-ink-2">{t("people.act-as.about")}</p>
      <TextField autoFocus isRequired label={t("people.act-as.reason")} {...form.field("reason")} />
    </FormDialog>
  );
}
