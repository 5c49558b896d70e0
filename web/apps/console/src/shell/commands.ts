import type { Command } from "@helpdesk/commands";
import { undoLast } from "@helpdesk/ui";
import type { AnyRouter } from "@tanstack/react-router";
import { may } from "../app.ts";
import { settingsNeeds } from "./nav.ts";
import { prefer } from "./preferences.ts";

/** What is offered on every page. */
export function globalCommands(router: AnyRouter, open: (what: "palette" | "sheet") => void): Command[] {
  const go =
    (to: string, search: Record<string, unknown> = {}) =>
    () =>
      void router.navigate({ to, search });
  return [
    {
      id: "palette",
      title: "commands.palette",
      scope: "global",
      keys: ["Mod+K"],
      inText: true,
      run: () => open("palette"),
    },
    { id: "sheet", title: "commands.sheet", scope: "global", keys: ["?"], run: () => open("sheet") },
    { id: "undo", title: "commands.undo", scope: "global", keys: ["Z"], run: () => void undoLast() },
    { id: "go.mine", title: "commands.go.mine", scope: "global", keys: ["G I"], run: go("/inbox", { list: "mine" }) },
    {
      id: "go.unassigned",
      title: "commands.go.unassigned",
      scope: "global",
      keys: ["G U"],
      run: go("/inbox", { list: "unassigned" }),
    },
    {
      id: "go.mentions",
      title: "commands.go.mentions",
      scope: "global",
      keys: ["G M"],
      run: go("/inbox", { list: "mentions" }),
    },
    { id: "go.all", title: "commands.go.all", scope: "global", run: go("/inbox", { list: "all" }) },
    { id: "go.overdue", title: "commands.go.overdue", scope: "global", run: go("/inbox", { list: "overdue" }) },
    {
      id: "go.settings",
      title: "commands.go.settings",
      scope: "global",
      keys: ["G S"],
      isEnabled: () => settingsNeeds.some(may),
      run: go("/settings"),
    },
    {
      id: "go.customers",
      title: "commands.go.customers",
      scope: "global",
      keys: ["G C"],
      isVisible: () => may("customers:read"),
      isEnabled: () => may("customers:read"),
      run: go("/customers"),
    },
    {
      id: "go.dashboard",
      title: "commands.go.dashboard",
      scope: "global",
      isVisible: () => may("tickets:insight"),
      isEnabled: () => may("tickets:insight"),
      run: go("/dashboard"),
    },
    {
      id: "go.notifications",
      title: "commands.go.notifications",
      scope: "global",
      keys: ["G N"],
      run: go("/notifications"),
    },
    { id: "go.profile", title: "commands.go.profile", scope: "global", run: go("/profile") },
    { id: "search", title: "commands.search", scope: "global", keys: ["/"], run: go("/search") },
    {
      id: "new-ticket",
      title: "commands.new-ticket",
      scope: "global",
      keys: ["C"],
      isVisible: () => may("tickets:create"),
      isEnabled: () => may("tickets:create"),
      run: go("/tickets/new"),
    },
    { id: "theme.light", title: "commands.theme.light", scope: "global", run: () => void prefer({ theme: "light" }) },
    { id: "theme.dark", title: "commands.theme.dark", scope: "global", run: () => void prefer({ theme: "dark" }) },
    { id: "theme.system", title: "commands.theme.system", scope: "global", run: () => void prefer({ theme: null }) },
    {
      id: "density.compact",
      title: "commands.density.compact",
      scope: "global",
      run: () => void prefer({ density: "compact" }),
    },
    {
      id: "density.normal",
      title: "commands.density.normal",
      scope: "global",
      run: () => void prefer({ density: "normal" }),
    },
    {
      id: "density.relaxed",
      title: "commands.density.relaxed",
      scope: "global",
      run: () => void prefer({ density: "relaxed" }),
    },
  ];
}
