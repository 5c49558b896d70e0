import { t } from "@helpdesk/i18n";
import { Banner, Button } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate, useRouter } from "@tanstack/react-router";
import { useSessionState } from "../../../app.ts";
import { brandingQuery } from "../../../shell/queries.ts";
import { ResetForm } from "../ui/ResetForm.tsx";
import { ProviderCodeForm, SignInForm } from "../ui/SignInForm.tsx";
import { WayIn } from "../ui/WayIn.tsx";

const route = getRouteApi("/sign-in");
const titles = { reset: "identity.reset", code: "identity.one-more", refused: "identity.sign-in" };

/** The way in: with a password, by an identity provider, or with a new password. */
export function SignInPage() {
  const { next = "/", step } = route.useSearch();
  const { data: brand } = useQuery(brandingQuery);
  const navigate = useNavigate();
  const router = useRouter();
  const done = () => router.history.replace(next);
  const needsOrganization = brand === null;
  // What failed was to link another way in: whoever wanted that is signed in still.
  const isIn = useSessionState() === "in" && step === "refused";
  return (
    <WayIn title={t(step ? titles[step] : "identity.sign-in")}>
      {step === "refused" ? <Banner kind="error">{t("identity.provider.refused")}</Banner> : null}
      {isIn ? (
        <Button look="primary" size="large" onPress={done}>
          {t("identity.continue")}
        </Button>
      ) : step === "reset" ? (
        <ResetForm
          needsOrganization={needsOrganization}
          onBack={() => navigate({ to: "/sign-in", search: { next } })}
        />
      ) : step === "code" ? (
        <ProviderCodeForm onDone={done} />
      ) : (
        <SignInForm
          next={next}
          needsOrganization={needsOrganization}
          onDone={done}
          onForgotten={() => navigate({ to: "/sign-in", search: { next, step: "reset" } })}
        />
      )}
    </WayIn>
  );
}
