import { IconButton, type IconName, Menu, MenuItem, MenuTrigger } from "@helpdesk/ui";

export type RowAction = { id: string; name: string; icon?: IconName; isDanger?: boolean; run: () => void };

/** What can be done with a row; nothing when that is nothing. */
export function RowMenu({ label, actions }: { label: string; actions: (RowAction | false | undefined)[] }) {
  const offered = actions.filter((action) => Boolean(action)) as RowAction[];
  if (offered.length === 0) return null;
  return (
    <MenuTrigger>
      <IconButton icon="dots" label={label} />
      <Menu placement="bottom end" aria-label={label}>
        {offered.map((action) => (
          <MenuItem key={action.id} icon={action.icon} isDanger={action.isDanger} onAction={action.run}>
            {action.name}
          </MenuItem>
        ))}
      </Menu>
    </MenuTrigger>
  );
}
