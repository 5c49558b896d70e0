import { commands, useCommands } from "@helpdesk/commands";
import { i18n, locales, t } from "@helpdesk/i18n";
import { Avatar, ConfirmDialog, look, Menu, MenuItem, MenuSection, MenuTrigger, type Theme } from "@helpdesk/ui";
import { useState } from "react";
import { Button } from "react-aria-components";
import { useMe } from "../app.ts";
import { prefer } from "./preferences.ts";
import { lostBySignOut, signOut } from "./signOut.ts";

const themes: Theme[] = ["system", "light", "dark"];

/** The person at the foot of the navigation: look, language and the way out. */
export default function AccountMenu({ isOpenAtFirst }: { isOpenAtFirst: boolean }) {
  const me = useMe();
  const [asked, setAsked] = useState<{ count: number; everywhere: boolean }>();
  const leave = async (everywhere: boolean) => {
    const count = await lostBySignOut();
    if (count > 0) setAsked({ count, everywhere });
    else await signOut({ everywhere });
  };
  useCommands([{ id: "sign-out", title: "commands.sign-out", scope: "global", run: () => void leave(false) }]);
  return (
    <>
      <MenuTrigger defaultOpen={isOpenAtFirst}>
        <Button className="flex w-full min-w-0 cursor-default items-center gap-2 rounded-control p-1 text-start text-ink-2 outline-none hovered:bg-line-soft focus-ring:outline-2 focus-ring:outline-petrol">
          <Avatar name={me.name} size={28} />
          <span className="truncate pane:max-wide:sr-only" dir="auto">
            {me.name}
          </span>
        </Button>
        <Menu placement="top start">
          <MenuSection title={t("shell.theme")}>
            {themes.map((theme) => (
              <MenuItem
                key={theme}
                icon={look.get().theme === theme ? "check" : undefined}
                onAction={() => void prefer({ theme: theme === "system" ? null : theme })}
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
                onAction={() => void prefer({ language: locale })}
              >
                {name}
              </MenuItem>
            ))}
          </MenuSection>
          <MenuSection title={me.email}>
            <MenuItem icon="person" command="go.profile" onAction={() => commands.run("go.profile")}>
              {t("shell.profile")}
            </MenuItem>
            <MenuItem icon="out" onAction={() => void leave(false)}>
              {t("shell.sign-out")}
            </MenuItem>
            <MenuItem icon="out" onAction={() => void leave(true)}>
              {t("shell.sign-out-everywhere")}
            </MenuItem>
          </MenuSection>
        </Menu>
      </MenuTrigger>
      {asked ? (
        <ConfirmDialog
          isOpen
          title={t("shell.sign-out.asks")}
          text={t("shell.sign-out.loses", { count: asked.count })}
          action={t("shell.sign-out")}
          onOpenChange={() => setAsked(undefined)}
          onConfirm={() => void signOut(asked)}
        />
      ) : null}
    </>
  );
}
