import { t } from "@helpdesk/i18n";
import { Button } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Domains } from "../../organization/index.ts";
import { FormSection } from "../../settings/index.ts";
import { domainCalls, domainsQuery } from "../api.ts";

/** The host names of an organization, as its own people see them; an operator may also vouch for one. */
export function DomainsSection({ slug }: { slug: string }) {
  const list = useQuery(domainsQuery(slug));
  const [isAdding, setAdding] = useState(false);
  return (
    <FormSection
      title={t("operator.domains")}
      actions={
        list.data?.results.length ? (
          <Button onPress={() => setAdding(true)}>{t("organization.domain.add")}</Button>
        ) : null
      }
    >
      <Domains list={list} calls={domainCalls(slug)} refresh={["platform"]} isAdding={isAdding} onAdding={setAdding} />
    </FormSection>
  );
}
