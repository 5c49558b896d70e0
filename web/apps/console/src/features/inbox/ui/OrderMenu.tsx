import { t } from "@helpdesk/i18n";
import { Button, Icon, Menu, MenuItem, MenuSection, MenuTrigger } from "@helpdesk/ui";
import type { Order } from "../model.ts";
import type { InboxSearch } from "../search.ts";

const orders: Order[] = ["due_at", "-created_at", "created_at", "-updated_at", "-priority"];

type Props = { order: Order; group: "on" | "off"; onSearch: (change: Partial<InboxSearch>) => void };

/** What the list is ordered by, and whether headings stand between its rows. */
export default function OrderMenu({ order, group, onSearch }: Props) {
  return (
    <MenuTrigger>
      <Button look="quiet" className="px-2">
        {t(`inbox.order.${order}`)}
        <Icon name="caret" className="size-3.5" />
      </Button>
      <Menu placement="bottom end">
        <MenuSection title={t("inbox.order")}>
          {orders.map((one) => (
            <MenuItem key={one} icon={one === order ? "check" : undefined} onAction={() => onSearch({ order: one })}>
              {t(`inbox.order.${one}`)}
            </MenuItem>
          ))}
        </MenuSection>
        <MenuSection title={t("inbox.group")}>
          <MenuItem
            icon={group === "on" ? "check" : undefined}
            onAction={() => onSearch({ group: group === "on" ? "off" : undefined })}
          >
            {t("inbox.group.on")}
          </MenuItem>
        </MenuSection>
      </Menu>
    </MenuTrigger>
  );
}
