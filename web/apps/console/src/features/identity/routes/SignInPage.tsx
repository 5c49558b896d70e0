import { t } from "@helpdesk/i18n";
import { useTitle } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate, useRouter } from "@tanstack/react-router";
import { BrandMark } from "../../../shell/BrandMark.tsx";
import { brandingQuery } from "../../../shell/queries.ts";
import { DayPage } from "../ui/DayPage.tsx";
import { ResetForm } from "../ui/ResetForm.tsx";
import { ProviderCodeForm, SignInForm } from "../ui/SignInForm.tsx";

const route = getRouteApi("/sign-in");

/** The way in, under the organization's name and mark. */
export function SignInPage() {
  const { next = "/", step } = route.useSearch();
  const { data: brand } = useQuery(brandingQuery);
  const navigate = useNavigate();
  const router = useRouter();
  useTitle(t("identity.sign-in"), brand?.name);
  const done = () => router.history.replace(next);
  return (
    <main className="grid min-h-dvh grid-cols-[minmax(0,1fr)] bg-surface pane:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
      <section className="grid place-items-center px-6 py-10">
        <div className="grid w-full max-w-[340px] gap-6">
          <header className="grid gap-4">
            <BrandMark size="size-10" />
            <div>
              <h1 className="text-20 font-semibold">
                {t(step === "reset" ? "identity.reset" : step === "code" ? "identity.one-more" : "identity.sign-in")}
              </h1>
              <p className="mt-1 text-ink-2" dir="auto">
                {brand ? brand.name : location.hostname}
              </p>
            </div>
          </header>
          {step === "reset" ? (
            <ResetForm
              needsOrganization={brand === null}
              onBack={() => navigate({ to: "/sign-in", search: { next } })}
            />
          ) : step === "code" ? (
            <ProviderCodeForm onDone={done} />
          ) : (
            <SignInForm
              next={next}
              needsOrganization={brand === null}
              onDone={done}
              onForgotten={() => navigate({ to: "/sign-in", search: { next, step: "reset" } })}
            />
          )}
        </div>
      </section>
      <DayPage />
    </main>
  );
}
