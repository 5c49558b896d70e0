import { IdentitiesSection } from "./IdentitiesSection.tsx";
import { PasswordSection } from "./PasswordSection.tsx";
import { SecondFactorSection } from "./SecondFactorSection.tsx";
import { SessionsSection } from "./SessionsSection.tsx";

/** Everything about how somebody signs in. */
export default function SecurityPart() {
  return (
    <div className="grid gap-8">
      <PasswordSection />
      <SecondFactorSection />
      <SessionsSection />
      <IdentitiesSection />
    </div>
  );
}
