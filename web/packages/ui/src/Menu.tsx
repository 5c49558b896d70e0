import type { ReactNode } from "react";
import {
  Menu as AriaMenu,
  MenuItem as AriaMenuItem,
  MenuSection as AriaMenuSection,
  Header,
  type MenuItemProps,
  type MenuProps,
  MenuTrigger,
  Popover,
  type PopoverProps,
} from "react-aria-components";
import { CommandKey } from "./CommandKey.tsx";
import { Icon, type IconName } from "./Icon.tsx";

export { MenuTrigger };

export function Menu<Item extends object>({
  placement,
  ...props
}: MenuProps<Item> & { placement?: PopoverProps["placement"] }) {
  return (
    <Popover offset={4} placement={placement} className="float appear min-w-48 overflow-auto p-1">
      <AriaMenu {...props} className="outline-none" />
    </Popover>
  );
}

type ItemProps = Omit<MenuItemProps, "children"> & {
  children: string;
  icon?: IconName;
  /** The command that does the same: its key is shown. */
  command?: string;
  isDanger?: boolean;
};

export function MenuItem({ children, icon, command, isDanger = false, ...props }: ItemProps) {
  return (
    <AriaMenuItem
      {...props}
      textValue={children}
      className={`flex min-h-7 cursor-default items-center gap-2 rounded-control px-2 outline-none focused:bg-petrol-soft disabled:opacity-50 ${isDanger ? "text-late" : ""}`}
    >
      {({ isSelected, selectionMode }) => (
        <>
          {selectionMode === "none" ? null : <Icon name="check" className={isSelected ? "text-petrol" : "invisible"} />}
          {icon ? <Icon name={icon} className="text-ink-3" /> : null}
          <bdi className="flex-1 truncate">{children}</bdi>
          <CommandKey id={command} />
        </>
      )}
    </AriaMenuItem>
  );
}

export function MenuSection({ title, children }: { title: string; children: ReactNode }) {
  return (
    <AriaMenuSection className="not-first:mt-1 not-first:border-t not-first:border-line-soft not-first:pt-1">
      <Header className="px-2 py-1 text-12 text-ink-3">{title}</Header>
      {children}
    </AriaMenuSection>
  );
}
