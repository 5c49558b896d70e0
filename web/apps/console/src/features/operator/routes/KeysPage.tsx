import type { Schema } from "@helpdesk/api";
import { t } from "@helpdesk/i18n";
import { Banner, ConfirmDialog, Page, useTitle } from "@helpdesk/ui";
import { useState } from "react";
import { ActionRow, FormSection, perform } from "../../settings/index.ts";
import { rotateKeys } from "../api.ts";

/** New keys for tokens and secrets. */
export function KeysPage() {
  const [isAsking, setAsking] = useState(false);
  const [rotated, setRotated] = useState<Schema<"Rotated">>();
  useTitle(t("operator.keys"), t("operator.title"));
  return (
    <Page title={t("operator.keys")}>
      <FormSection title={t("operator.rotate")}>
        <ActionRow
          about={t("operator.rotate.about")}
          action={t("operator.rotate.start")}
          onPress={() => setAsking(true)}
        />
        {rotated ? (
          <Banner>
            {t("operator.rotated", { organizations: rotated.organizations, secrets: rotated.secrets })}{" "}
            <bdi className="font-mono text-12">{rotated.signing_key}</bdi>
          </Banner>
        ) : null}
      </FormSection>
      <ConfirmDialog
        title={t("operator.rotate.ask")}
        text={t("operator.rotate.about")}
        action={t("operator.rotate.start")}
        look="primary"
        isOpen={isAsking}
        onOpenChange={setAsking}
        onConfirm={() => {
          setAsking(false);
          void perform(async () => setRotated(await rotateKeys()), {});
        }}
      />
    </Page>
  );
}
