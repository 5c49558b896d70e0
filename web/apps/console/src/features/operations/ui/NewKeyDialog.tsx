import { t } from "@helpdesk/i18n";
import { Banner, Button, Checkbox, Dialog, Select, Skeleton, TextField } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { byResource, permissionName, permissionsQuery } from "../../people/index.ts";
import { CopyField, FormDialog, useForm } from "../../settings/index.ts";
import { createKey } from "../api.ts";

/** Days until a key ends by itself. */
const spans = ["30", "90", "365", "never"];
const endOf = (span: string) =>
  span === "never" ? null : new Date(Date.now() + Number(span) * 86_400_000).toISOString();

/** Makes a key and shows it this once. */
export function NewKeyDialog({ onClose }: { onClose: () => void }) {
  const [made, setMade] = useState<string>();
  const { data: permissions } = useQuery(permissionsQuery);
  const form = useForm({
    saved: { name: "", scopes: [] as string[], expires_at: "90" },
    check: ({ scopes }) => (scopes.length > 0 ? {} : { scopes: t("operations.key.scopes.none") }),
    save: async ({ name, scopes, expires_at }) => {
      const { key } = await createKey({ name, scopes, expires_at: endOf(expires_at) });
      setMade(key);
    },
    refresh: ["api-keys"],
  });
  if (made) {
    return (
      <Dialog isOpen isDismissable={false} title={t("operations.key.made")}>
        <div className="grid gap-4">
          <p className="text-ink-2">{t("operations.key.made.why")}</p>
          <CopyField label={t("operations.key")} value={made} />
          <div className="flex justify-end">
            <Button look="primary" onPress={onClose}>
              {t("operations.key.kept")}
            </Button>
          </div>
        </div>
      </Dialog>
    );
  }
  const { values, errors, set, field } = form;
  const offered = permissions?.filter((one) => one.is_scope && one.is_mine);
  return (
    <FormDialog
      title={t("operations.key.new")}
      action={t("operations.key.create")}
      form={form}
      onClose={onClose}
      staysOpen
    >
      <TextField
        autoFocus
        isRequired
        label={t("operations.key.name")}
        hint={t("operations.key.name.hint")}
        {...field("name")}
      />
      <Select
        label={t("operations.key.ends")}
        items={spans.map((id) => ({ id, name: t(`operations.key.ends.${id}`) }))}
        {...field("expires_at")}
      />
      <fieldset className="grid gap-1">
        <legend className="mb-1 font-medium text-ink-2">{t("operations.key.scopes")}</legend>
        {errors.scopes ? <Banner kind="error">{errors.scopes}</Banner> : null}
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached with the keyboard. */}
        <div tabIndex={0} className="max-h-64 overflow-y-auto rounded-control border border-line px-3 py-2">
          {offered ? (
            byResource(offered).map((group) => (
              <div key={group.resource} className="not-first:mt-3">
                <p className="text-12 text-ink-3">{t(`people.resource.${group.resource}`)}</p>
                {group.permissions.map((one) => (
                  <Checkbox
                    key={one.key}
                    isSelected={values.scopes.includes(one.key)}
                    onChange={(isOn) =>
                      set("scopes")(isOn ? [...values.scopes, one.key] : values.scopes.filter((key) => key !== one.key))
                    }
                  >
                    <span>{permissionName(one)}</span>
                    <code className="text-12 text-ink-3">{one.key}</code>
                  </Checkbox>
                ))}
              </div>
            ))
          ) : (
            <Skeleton />
          )}
        </div>
      </fieldset>
    </FormDialog>
  );
}
