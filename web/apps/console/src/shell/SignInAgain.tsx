import { loadTexts, t } from "@helpdesk/i18n";
import { Button, Dialog } from "@helpdesk/ui";
import { use } from "react";
import { session, useMe } from "../app.ts";
import { SignInForm } from "../features/identity/ui/SignInForm.tsx";

const texts = loadTexts("identity");

/** Over the page as it is, when the session has ended; nothing that was typed below is lost. */
export default function SignInAgain() {
  use(texts);
  const me = useMe();
  return (
    <Dialog isOpen isDismissable={false} title={t("identity.again")}>
      <p className="mb-4 text-ink-2">{t("identity.again.why")}</p>
      <SignInForm email={me.email} next={location.pathname + location.search} onDone={() => undefined} />
      <Button look="quiet" className="mt-2 w-full" onPress={() => session.end()}>
        {t("identity.another")}
      </Button>
    </Dialog>
  );
}
