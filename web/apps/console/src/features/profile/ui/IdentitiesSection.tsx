import { day, t } from "@helpdesk/i18n";
import { Button, ErrorState, errorText, Icon, Skeleton, toast } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { providersQuery } from "../../identity/index.ts";
import { identitiesQuery, linkIdentity, unlinkIdentity } from "../api.ts";
import { Section } from "./Section.tsx";

/** Accounts elsewhere with which somebody signs in here; absent where the organization has no provider. */
export function IdentitiesSection() {
  const { data: providers = [] } = useQuery(providersQuery);
  const { data, error, refetch } = useQuery(identitiesQuery);
  if (providers.length === 0 && !data?.length) return null;
  const linked = new Set(data?.map((identity) => identity.provider.id));
  const run = async (work: Promise<void>, done?: string) => {
    try {
      await work;
      if (done) toast(done);
    } catch (failure) {
      toast(errorText(failure), { kind: "failed" });
    }
  };
  return (
    <Section title={t("profile.identities")}>
      {!data ? (
        error ? (
          <ErrorState error={error} onRetry={() => void refetch()} />
        ) : (
          <Skeleton rows={1} />
        )
      ) : (
        <ul>
          {data.map((identity) => (
            <li key={identity.id} className="flex min-h-11 items-center gap-3 border-b border-line-soft">
              <Icon name="link" className="text-ink-3" />
              <span className="min-w-0 flex-1">
                <bdi className="block truncate">{identity.provider.name}</bdi>
                <span className="block truncate text-12 text-ink-3">
                  {identity.email ? <bdi className="me-2">{identity.email}</bdi> : null}
                  {t("profile.identities.since", { when: day(identity.created_at) })}
                </span>
              </span>
              <Button onPress={() => void run(unlinkIdentity(identity.id), t("profile.identities.unlinked"))}>
                {t("profile.identities.unlink")}
              </Button>
            </li>
          ))}
        </ul>
      )}
      <div className="flex flex-wrap gap-2">
        {providers
          .filter((provider) => !linked.has(provider.id))
          .map((provider) => (
            <Button key={provider.id} onPress={() => void run(linkIdentity(provider.id))}>
              {t("profile.identities.link", { provider: provider.name })}
            </Button>
          ))}
      </div>
    </Section>
  );
}
