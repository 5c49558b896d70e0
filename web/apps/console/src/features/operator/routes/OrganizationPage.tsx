import { day, t } from "@helpdesk/i18n";
import { ConfirmDialog, ErrorState, Icon, Page, Skeleton, TextField, toast, useTitle } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { ActionRow, EditForm, FormSection, perform, useForm } from "../../settings/index.ts";
import {
  deleteOrganization,
  moveOrganization,
  type Organization,
  organizationQuery,
  renameOrganization,
  restoreOrganization,
  resumeOrganization,
  suspendOrganization,
} from "../api.ts";
import { DomainsSection } from "../ui/DomainsSection.tsx";
import { StatusText } from "../ui/StatusText.tsx";
import { Usage } from "../ui/Usage.tsx";

const route = getRouteApi("/operator/organizations/$slug");

/** One organization from outside: its name, where it lies, whether it is open. */
export function OrganizationPage() {
  const { slug } = route.useParams();
  const { data, error, refetch } = useQuery(organizationQuery(slug));
  useTitle(data?.name ?? slug, t("operator.title"));
  return (
    <Page
      title={data?.name ?? slug}
      lead={
        <Link to="/operator/organizations" className="flex min-h-7 items-center gap-1 text-ink-2 hover:text-ink-1">
          <Icon name="back" />
          {t("operator.organizations")}
        </Link>
      }
      aside={data ? <StatusText status={data.status} /> : null}
    >
      {data ? (
        <Parts organization={data} />
      ) : error ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : (
        <Skeleton />
      )}
    </Page>
  );
}

function Parts({ organization }: { organization: Organization }) {
  const form = useForm({
    saved: { name: organization.name },
    save: ({ name }) => renameOrganization(organization.slug, name),
    refresh: ["platform"],
  });
  return (
    <>
      <FormSection title={t("operator.organization")}>
        <EditForm form={form}>
          <TextField isRequired label={t("operator.name")} {...form.field("name")} />
          <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-6 gap-y-1.5">
            <dt className="text-ink-3">{t("operator.slug")}</dt>
            <dd className="font-mono text-12">{organization.slug}</dd>
            <dt className="text-ink-3">{t("operator.address")}</dt>
            <dd>
              <a href={organization.url} className="text-petrol underline" rel="noreferrer">
                <bdi>{organization.url}</bdi>
              </a>
            </dd>
            <dt className="text-ink-3">{t("operator.placement")}</dt>
            <dd>{t(`operator.placement.${organization.placement}`)}</dd>
            <dt className="text-ink-3">{t("operator.id")}</dt>
            <dd className="font-mono text-12 break-all">{organization.id}</dd>
          </dl>
        </EditForm>
      </FormSection>
      <DomainsSection slug={organization.slug} />
      <Usage slug={organization.slug} />
      <Access organization={organization} />
    </>
  );
}

function Access({ organization: { slug, name, placement, status } }: { organization: Organization }) {
  const [asked, setAsked] = useState<"move" | "delete">();
  const other = placement === "shared" ? "schema" : "shared";
  const does = (write: () => Promise<unknown>, done: string, undo?: () => unknown) =>
    perform(write, { refresh: ["platform"], done: t(done, { name }), undo });
  const resume = () => does(() => resumeOrganization(slug), "operator.resumed");
  const restore = () => does(() => restoreOrganization(slug), "operator.restored");
  const remove = () =>
    perform(
      async () => {
        const { delete_after } = await deleteOrganization(slug);
        toast(t("operator.deleted", { name, day: day(delete_after) }), { undo: () => void restore() });
      },
      { refresh: ["platform"] },
    );
  if (status === "deleting") {
    return (
      <FormSection title={t("operator.access")}>
        <ActionRow about={t("operator.is-deleting")} action={t("operator.restore")} onPress={() => void restore()} />
      </FormSection>
    );
  }
  return (
    <FormSection title={t("operator.access")}>
      <div className="grid gap-3">
        {status === "suspended" ? (
          <ActionRow about={t("operator.resume.about")} action={t("operator.resume")} onPress={() => void resume()} />
        ) : (
          <ActionRow
            about={t("operator.suspend.about")}
            action={t("operator.suspend")}
            onPress={() => void does(() => suspendOrganization(slug), "operator.suspended", resume)}
          />
        )}
        <ActionRow
          about={t(`operator.move.about.${other}`)}
          action={t(`operator.move.${other}`)}
          onPress={() => setAsked("move")}
        />
        <ActionRow
          about={t("operator.delete.about")}
          action={t("operator.delete")}
          look="danger"
          onPress={() => setAsked("delete")}
        />
      </div>
      <ConfirmDialog
        title={t("operator.move.ask", { name })}
        text={t("operator.move.why")}
        action={t(`operator.move.${other}`)}
        look="primary"
        isOpen={asked === "move"}
        onOpenChange={() => setAsked(undefined)}
        onConfirm={() => {
          setAsked(undefined);
          void does(() => moveOrganization(slug, other), "operator.moving");
        }}
      />
      <ConfirmDialog
        title={t("operator.delete.ask", { name })}
        text={t("operator.delete.about")}
        action={t("operator.delete")}
        isOpen={asked === "delete"}
        onOpenChange={() => setAsked(undefined)}
        onConfirm={() => {
          setAsked(undefined);
          void remove();
        }}
      />
    </FormSection>
  );
}
