import { t } from "@helpdesk/i18n";
import { Banner, Button } from "@helpdesk/ui";
import { useNavigate } from "@tanstack/react-router";

/** What a one-time link was for is done. */
export function LinkUsed({ children }: { children: string }) {
  const navigate = useNavigate();
  return (
    <div className="grid gap-4">
      <Banner>{children}</Banner>
      <Button look="primary" size="large" autoFocus onPress={() => void navigate({ to: "/sign-in" })}>
        {t("identity.sign-in")}
      </Button>
    </div>
  );
}

/** A one-time link that is good for nothing any more, and the way to another. */
export function LinkOver({ problem }: { problem: string | undefined }) {
  const navigate = useNavigate();
  return (
    <div className="grid gap-4">
      <Banner kind="error">{problem}</Banner>
      <Button size="large" onPress={() => void navigate({ to: "/sign-in", search: { step: "reset" } })}>
        {t("identity.link.another")}
      </Button>
      <Button look="quiet" onPress={() => void navigate({ to: "/sign-in" })}>
        {t("identity.back")}
      </Button>
    </div>
  );
}
