import type { Person } from "@helpdesk/api";
import { loadTexts, t } from "@helpdesk/i18n";
import { Button } from "@helpdesk/ui";
import { use } from "react";
import { SecondFactorSetup } from "../features/identity/ui/SecondFactorSetup.tsx";
import { signOut } from "./signOut.ts";

const texts = loadTexts("identity");

/** For those who are signed in and may not go on: customers, and staff whose second factor is still to be set up. */
export default function Restricted({ me }: { me: Person }) {
  use(texts);
  return (
    <main className="grid min-h-dvh place-items-center bg-surface p-6">
      <div className="grid w-full max-w-[400px] gap-4">
        <h1 className="text-20 font-semibold">
          {t(me.role === "customer" ? "identity.staff-only" : "identity.second-factor.required")}
        </h1>
        {me.role === "customer" ? (
          <p className="text-15 text-ink-2">{t("identity.staff-only.why")}</p>
        ) : (
          <SecondFactorSetup onDone={() => location.reload()} />
        )}
        <Button look="quiet" onPress={() => void signOut()}>
          {t("shell.sign-out")}
        </Button>
      </div>
    </main>
  );
}
