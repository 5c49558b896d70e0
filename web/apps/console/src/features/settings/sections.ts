import type { IconName } from "@helpdesk/ui";
import { may } from "../../app.ts";

export type Section = {
  /** `settings.ID` names it, `settings.ID.about` says what is done there. */
  id: string;
  to: string;
  icon: IconName;
  /** Any of these permissions; without one of them the section is absent. */
  needs: string[];
};

/** What can be set up, as the navigation of the settings shows it. A new section adds its line here. */
export const groups: { id: string; sections: Section[] }[] = [
  {
    id: "organization",
    sections: [
      { id: "general", to: "/settings/general", icon: "building", needs: ["organization:write"] },
      { id: "branding", to: "/settings/branding", icon: "tag", needs: ["organization:write"] },
      { id: "domains", to: "/settings/domains", icon: "globe", needs: ["organization:write"] },
      { id: "exports", to: "/settings/exports", icon: "download", needs: ["organization:export"] },
    ],
  },
  {
    id: "access",
    sections: [
      { id: "people", to: "/settings/people", icon: "person", needs: ["users:write"] },
      { id: "teams", to: "/settings/teams", icon: "people", needs: ["users:write"] },
      { id: "roles", to: "/settings/roles", icon: "table", needs: ["roles:write", "users:write"] },
      { id: "providers", to: "/settings/sign-in", icon: "link", needs: ["identity_providers:write"] },
      { id: "keys", to: "/settings/api-keys", icon: "key", needs: ["api_keys:manage"] },
    ],
  },
  {
    id: "desk",
    sections: [
      { id: "statuses", to: "/settings/statuses", icon: "check", needs: ["organization:write"] },
      { id: "policies", to: "/settings/sla", icon: "clock", needs: ["sla:write"] },
    ],
  },
  {
    id: "mail",
    sections: [
      { id: "mailboxes", to: "/settings/mailboxes", icon: "mail", needs: ["mailboxes:write"] },
      { id: "templates", to: "/settings/mail-templates", icon: "note", needs: ["organization:write"] },
      { id: "quarantine", to: "/settings/quarantine", icon: "filter", needs: ["mailboxes:write"] },
    ],
  },
  {
    id: "records",
    sections: [
      { id: "audit", to: "/settings/audit", icon: "eye", needs: ["audit:read"] },
      { id: "jobs", to: "/settings/jobs", icon: "warning", needs: ["jobs:manage"] },
    ],
  },
];

const isOpen = (section: Section) => section.needs.some(may);

/** What the person who is signed in may set up. */
export const openGroups = () =>
  groups
    .map((group) => ({ ...group, sections: group.sections.filter(isOpen) }))
    .filter((group) => group.sections.length > 0);

/** The section that an address belongs to. */
export const sectionOf = (path: string): Section | undefined =>
  groups.flatMap((group) => group.sections).find(({ to }) => path === to || path.startsWith(`${to}/`));
