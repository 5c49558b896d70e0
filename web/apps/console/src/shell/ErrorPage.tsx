import { t } from "@helpdesk/i18n";
import { Button, EmptyState, ErrorState, Page } from "@helpdesk/ui";
import { useRouter } from "@tanstack/react-router";

/** Instead of a page that failed; the navigation around it stays. */
export function ErrorPage({ error, reset }: { error: unknown; reset: () => void }) {
  const router = useRouter();
  return (
    <Page title={t("shell.failed")}>
      <ErrorState
        error={error}
        onRetry={() => {
          reset();
          void router.invalidate();
        }}
      />
    </Page>
  );
}

/** For an address at which there is nothing. */
export function NotFound() {
  const router = useRouter();
  return (
    <Page title={t("shell.nothing-here")}>
      <EmptyState
        title={t("shell.no-page")}
        action={<Button onPress={() => router.navigate({ to: "/inbox" })}>{t("shell.to-inbox")}</Button>}
      >
        {t("shell.no-page-why")}
      </EmptyState>
    </Page>
  );
}
