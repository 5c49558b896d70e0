import { t } from "@helpdesk/i18n";
import { Button, Dialog, Select, TextField } from "@helpdesk/ui";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { CopyField, FormDialog, useForm } from "../../settings/index.ts";
import { createOrganization } from "../api.ts";
import { slugOf } from "./slug.ts";

/** A new organization, with the link for its owner. */
export function NewOrganizationDialog({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const [made, setMade] = useState<{ slug: string; link: string }>();
  const form = useForm({
    saved: { name: "", slug: "", placement: "shared", domain: "", admin_email: "" },
    save: async ({ name, slug, placement, domain, admin_email }) => {
      const body = {
        name,
        slug: slug || slugOf(name),
        placement,
        domain: domain.trim() || null,
        admin_email: admin_email.trim() || null,
      };
      const created = await createOrganization(body);
      if (created.invitation_url) setMade({ slug: created.slug, link: created.invitation_url });
      else await navigate({ to: "/operator/organizations/$slug", params: { slug: created.slug } });
    },
    refresh: ["platform"],
  });
  const { values, field } = form;
  if (made) {
    const go = () => void navigate({ to: "/operator/organizations/$slug", params: { slug: made.slug } });
    return (
      <Dialog isOpen isDismissable={false} title={t("operator.organization.made")}>
        <div className="grid gap-4">
          <p className="text-ink-2">{t("operator.organization.made.why")}</p>
          <CopyField label={t("operator.organization.link")} value={made.link} />
          <div className="flex justify-end">
            <Button look="primary" onPress={go}>
              {t("operator.organization.open")}
            </Button>
          </div>
        </div>
      </Dialog>
    );
  }
  return (
    <FormDialog
      title={t("operator.organization.new")}
      action={t("operator.organization.create")}
      form={form}
      onClose={onClose}
      staysOpen
    >
      <TextField autoFocus isRequired label={t("operator.name")} {...field("name")} />
      <TextField
        label={t("operator.slug")}
        hint={t("operator.slug.hint")}
        placeholder={slugOf(values.name)}
        {...field("slug")}
      />
      <Select
        label={t("operator.placement")}
        hint={t("operator.placement.hint")}
        items={["shared", "schema"].map((id) => ({ id, name: t(`operator.placement.${id}`) }))}
        {...field("placement")}
      />
      <TextField
        label={t("operator.domain")}
        hint={t("operator.domain.hint")}
        placeholder="help.example.com"
        {...field("domain")}
      />
      <TextField type="email" label={t("operator.owner")} hint={t("operator.owner.hint")} {...field("admin_email")} />
    </FormDialog>
  );
}
