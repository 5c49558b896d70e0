import { t } from "@helpdesk/i18n";
import { Banner, Button, Select, TextField } from "@helpdesk/ui";
import { useState } from "react";
import { useForm } from "../../settings/index.ts";
import { answerMail, type Caught, type Written } from "../api.ts";
import { Outcome } from "./Outcome.tsx";

/** Answers a mail in the place of somebody who got it. */
export function AnswerForm({ mail }: { mail: Caught }) {
  const [written, setWritten] = useState<Written>();
  const readers = [mail.to, ...mail.cc];
  const form = useForm({
    saved: { from: mail.to, body: "" },
    save: async (values) => setWritten(await answerMail(mail.id, values)),
    refresh: ["mail-catcher", "tickets", "ticket", "counts"],
  });
  const { values, errors, field } = form;
  return (
    <form
      noValidate
      className="grid gap-3 rounded-control border border-line bg-raised p-4"
      onSubmit={(event) => {
        event.preventDefault();
        setWritten(undefined);
        void form.submit();
      }}
      onKeyDown={(event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.currentTarget.requestSubmit();
      }}
    >
      {readers.length > 1 ? (
        <Select label={t("mail.answer.as")} items={readers.map((id) => ({ id, name: id }))} {...field("from")} />
      ) : null}
      <TextField rows={4} label={t("mail.answer.of", { reader: values.from })} {...field("body")} />
      {form.error && !errors.body ? <Banner kind="error">{form.error}</Banner> : null}
      {written ? <Outcome written={written} /> : null}
      <div className="flex justify-end">
        <Button type="submit" look="primary" isDisabled={form.isSaving || values.body.trim() === ""}>
          {t("mail.answer")}
        </Button>
      </div>
    </form>
  );
}
