import { t } from "@helpdesk/i18n";
import { Button, CountBadge } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { SettingsPage } from "../../settings/index.ts";
import { addDomain, domainsQuery, removeDomain, verifyDomain } from "../api.ts";
import { Domains } from "../ui/Domains.tsx";

const calls = { add: addDomain, verify: verifyDomain, remove: removeDomain };

/** Host names of the organization's own. */
export function DomainsPage() {
  const list = useQuery(domainsQuery);
  const [isAdding, setAdding] = useState(false);
  return (
    <SettingsPage
      title={t("settings.domains")}
      about={t("organization.domain.about")}
      aside={<CountBadge count={list.data?.count} />}
      actions={
        list.data?.results.length ? (
          <Button onPress={() => setAdding(true)}>{t("organization.domain.add")}</Button>
        ) : null
      }
    >
      <Domains list={list} calls={calls} refresh={["domains"]} isAdding={isAdding} onAdding={setAdding} />
    </SettingsPage>
  );
}
