import { t } from "@helpdesk/i18n";
import { Banner, Button } from "@helpdesk/ui";
import { confirmRegistration } from "../api.ts";
import { LinkOver, LinkUsed } from "../ui/LinkEnd.tsx";
import { WayIn } from "../ui/WayIn.tsx";
import { useLink } from "../useLink.ts";

/** Where the mail leads that proves the address of somebody who registered. Nothing is opened without a press: mail scanners follow links, too. */
export function VerifyPage() {
  const link = useLink(confirmRegistration);
  return (
    <WayIn title={t("identity.verify")}>
      {link.state === "done" ? (
        <LinkUsed>{t("identity.verify.done")}</LinkUsed>
      ) : link.isOver ? (
        <LinkOver problem={link.problem} />
      ) : (
        <div className="grid gap-4">
          <p className="text-ink-2">{t("identity.verify.why")}</p>
          <p className="text-ink-2">{t("identity.verify.not-you")}</p>
          {link.problem ? <Banner kind="error">{link.problem}</Banner> : null}
          <Button
            look="primary"
            size="large"
            autoFocus
            isDisabled={link.state === "sending"}
            onPress={() => void link.follow()}
          >
            {t("identity.verify.do")}
          </Button>
        </div>
      )}
    </WayIn>
  );
}
