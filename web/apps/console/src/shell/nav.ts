import type { Schema } from "@helpdesk/api";
import type { IconName } from "@helpdesk/ui";

type Counts = Schema<"CountsOut">;

export type NavItem = {
  /** Id of the text that names it. */
  title: string;
  to: string;
  search?: Record<string, unknown>;
  icon: IconName;
  count?: (counts: Counts) => number | null | undefined;
  /** Absent without this permission, or without any of these. */
  needs?: string | string[];
  /** Only in a demo. */
  isDemo?: boolean;
};

/** Whoever may change one thing in the settings sees them. */
export const settingsNeeds = [
  "organization:write",
  "organization:export",
  "users:write",
  "roles:write",
  "identity_providers:write",
  "api_keys:manage",
  "sla:write",
  "mailboxes:write",
  "audit:read",
  "jobs:manage",
];

/** What stands in the navigation; teams are added to the first group. A new page adds its line here. */
export const navigation: { title: string; items: NavItem[] }[] = [
  {
    title: "shell.nav.inbox",
    items: [
      {
        title: "shell.nav.mine",
        to: "/inbox",
        search: { list: "mine" },
        icon: "person",
        count: (counts) => counts.mine,
      },
      {
        title: "shell.nav.unassigned",
        to: "/inbox",
        search: { list: "unassigned" },
        icon: "inbox",
        count: (counts) => counts.unassigned,
      },
      {
        title: "shell.nav.mentions",
        to: "/inbox",
        search: { list: "mentions" },
        icon: "at",
        count: (counts) => counts.mentions,
      },
      {
        title: "shell.nav.all-open",
        to: "/inbox",
        search: { list: "all" },
        icon: "table",
        count: (counts) => counts.all_open,
      },
      {
        title: "shell.nav.overdue",
        to: "/inbox",
        search: { list: "overdue" },
        icon: "clock",
        count: (counts) => counts.overdue,
      },
    ],
  },
  {
    title: "shell.nav.desk",
    items: [
      { title: "shell.nav.dashboard", to: "/dashboard", icon: "gauge", needs: "tickets:insight" },
      { title: "shell.nav.customers", to: "/customers", icon: "people", needs: "customers:read" },
      { title: "shell.nav.search", to: "/search", icon: "search" },
      { title: "shell.nav.mails", to: "/mails", icon: "mail", needs: "mail_catcher:read", isDemo: true },
      { title: "shell.nav.settings", to: "/settings", icon: "gear", needs: settingsNeeds },
    ],
  },
];
