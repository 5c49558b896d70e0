import { t } from "@helpdesk/i18n";
import { Banner, Button, EmptyState, ErrorState, errorText, Skeleton, TextField } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { EditForm, perform, SettingsPage, useForm } from "../../settings/index.ts";
import { changeTemplate, previewQuery, resetTemplate, type Template, templatesQuery } from "../api.ts";

const route = getRouteApi("/shell/settings/mail-templates/$key");
const refresh = ["mail-templates"];

/** The text of one system mail, with the mail beside it as it would leave. */
export function TemplatePage() {
  const { key } = route.useParams();
  const { data, error, refetch } = useQuery(templatesQuery);
  const template = data?.results.find((one) => one.key === key);
  const reset = () =>
    perform(() => resetTemplate(key), {
      refresh,
      done: t("mail.template.is-reset"),
      undo:
        template &&
        (() => perform(() => changeTemplate(key, { subject: template.subject, body: template.body }), { refresh })),
    });
  return (
    <SettingsPage
      title={template ? t(`mail.template.${template.key}`) : ""}
      parent={{ to: "/settings/mail-templates", title: t("settings.templates") }}
      actions={
        template && !template.is_default ? (
          <Button onPress={() => void reset()}>{t("mail.template.reset")}</Button>
        ) : null
      }
    >
      {template ? (
        <Editor key={template.key} template={template} />
      ) : error ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : data ? (
        <EmptyState title={t("shell.nothing-here")} />
      ) : (
        <Skeleton />
      )}
    </SettingsPage>
  );
}

function Editor({ template }: { template: Template }) {
  const form = useForm({
    saved: { subject: template.subject, body: template.body },
    save: (_, changed) => changeTemplate(template.key, changed),
    refresh,
  });
  const { values, set, field } = form;
  return (
    <div className="grid items-start gap-x-10 gap-y-8 wide:grid-cols-2">
      <EditForm form={form}>
        <TextField isRequired label={t("mail.subject")} {...field("subject")} />
        <TextField isRequired rows={14} label={t("mail.text")} {...field("body")} />
        <div className="grid gap-1">
          <p className="font-medium text-ink-2">{t("mail.template.variables")}</p>
          <ul className="flex flex-wrap gap-1.5">
            {template.variables.map(({ name, example }) => (
              <li key={name}>
                <Button
                  className="font-mono text-12"
                  aria-label={t("mail.template.insert", { name })}
                  onPress={() => set("body")(`${values.body}{${name}}`)}
                >
                  <bdi title={example}>{`{${name}}`}</bdi>
                </Button>
              </li>
            ))}
          </ul>
        </div>
      </EditForm>
      <Preview name={template.key} subject={values.subject} body={values.body} />
    </div>
  );
}

/** Waits with the preview until nothing was typed for a moment. */
const pause = 300;

function Preview({ name, subject, body }: { name: string; subject: string; body: string }) {
  const [texts, setTexts] = useState({ subject, body });
  useEffect(() => {
    const timer = setTimeout(() => setTexts({ subject, body }), pause);
    return () => clearTimeout(timer);
  }, [subject, body]);
  const { data, error } = useQuery(previewQuery(name, texts));
  return (
    <section aria-label={t("mail.preview")} className="grid gap-2">
      <h2 className="text-12 text-ink-3">{t("mail.preview")}</h2>
      {error ? <Banner kind="error">{errorText(error)}</Banner> : null}
      {data ? (
        <article className={`rounded-control border border-line bg-raised ${error ? "opacity-60" : ""}`}>
          <p className="border-b border-line-soft px-4 py-2.5 font-semibold" dir="auto">
            {data.subject}
          </p>
          <p className="px-4 py-3 text-15 break-words whitespace-pre-wrap" dir="auto">
            {data.body_text}
          </p>
        </article>
      ) : error ? null : (
        <Skeleton />
      )}
    </section>
  );
}
