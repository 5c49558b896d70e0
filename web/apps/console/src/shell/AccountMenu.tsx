import { answer } from "@helpdesk/api";
import { i18n, type Locale, locales, t } from "@helpdesk/i18n";
import { Avatar, errorText, look, Menu, MenuItem, MenuSection, MenuTrigger, type Theme, toast } from "@helpdesk/ui";
import { Button } from "react-aria-components";
import { api, session, useMe } from "../app.ts";
import { chooseLocale } from "./locale.ts";

const themes: Theme[] = ["system", "light", "dark"];

/** The person at the foot of the navigation: look, language and the way out. */
export function AccountMenu() {
  const me = useMe();
  return (
    <MenuTrigger>
      <Button className="flex w-full min-w-0 cursor-default items-center gap-2 rounded-control p-1 text-start text-ink-2 outline-none hovered:bg-line-soft focus-ring:outline-2 focus-ring:outline-petrol">
        <Avatar name={me.name} size={28} />
        <span className="truncate" dir="auto">
          {me.name}
        </span>
      </Button>
      <Menu placement="top start">
        <MenuSection title={t("shell.theme")}>
          {themes.map((theme) => (
            <MenuItem
              key={theme}
              icon={look.get().theme === theme ? "check" : undefined}
              onAction={() => look.setTheme(theme)}
            >
              {t(`shell.theme.${theme}`)}
            </MenuItem>
          ))}
        </MenuSection>
        <MenuSection title={t("shell.language")}>
          {Object.entries(locales).map(([locale, name]) => (
            <MenuItem
              key={locale}
              icon={i18n.locale === locale ? "check" : undefined}
              onAction={() => void chooseLocale(locale as Locale)}
            >
              {name}
            </MenuItem>
          ))}
        </MenuSection>
        <MenuSection title={me.email}>
          <MenuItem icon="out" onAction={() => void signOut()}>
            {t("shell.sign-out")}
          </MenuItem>
          <MenuItem icon="out" onAction={() => void signOutEverywhere()}>
            {t("shell.sign-out-everywhere")}
          </MenuItem>
        </MenuSection>
      </Menu>
    </MenuTrigger>
  );
}

/** Ends the session on the server, then here. */
export async function signOut(): Promise<void> {
  try {
    await answer(api.POST("/api/v1/auth/logout/"));
    session.end();
  } catch (error) {
    toast(errorText(error), { kind: "failed" });
  }
}

async function signOutEverywhere() {
  try {
    await answer(api.DELETE("/api/v1/auth/sessions/"));
  } catch (error) {
    toast(errorText(error), { kind: "failed" });
    return;
  }
  await signOut();
}
