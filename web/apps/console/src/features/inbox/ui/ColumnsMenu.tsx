import { t } from "@helpdesk/i18n";
import { Button, Checkbox, DialogTrigger, IconButton, Popover } from "@helpdesk/ui";
import { isFixed, setColumns, shift, toggle, useColumns, usualColumns } from "../columns.ts";

/** Which columns the table has, and in which order. */
export default function ColumnsMenu() {
  const columns = useColumns();
  const last = columns.order.length - 1;
  return (
    <DialogTrigger>
      <IconButton icon="columns" label={t("inbox.columns")} />
      <Popover label={t("inbox.columns")} placement="bottom end">
        <ul className="grid min-w-60">
          {columns.order.map((column, at) => {
            const name = t(`inbox.column.${column}`);
            return (
              <li key={column} className="flex h-8 items-center gap-1">
                <span className="min-w-0 flex-1">
                  <Checkbox
                    isSelected={!columns.hidden.includes(column)}
                    isDisabled={isFixed(column)}
                    onChange={() => setColumns(toggle(columns, column))}
                  >
                    {name}
                  </Checkbox>
                </span>
                <IconButton
                  icon="up"
                  label={t("inbox.columns.forward", { column: name })}
                  isDisabled={at === 0}
                  onPress={() => setColumns(shift(columns, column, -1))}
                />
                <IconButton
                  icon="down"
                  label={t("inbox.columns.back", { column: name })}
                  isDisabled={at === last}
                  onPress={() => setColumns(shift(columns, column, 1))}
                />
              </li>
            );
          })}
        </ul>
        <div className="mt-2 flex justify-end border-t border-line-soft pt-2">
          <Button look="quiet" onPress={() => setColumns(usualColumns)}>
            {t("inbox.columns.usual")}
          </Button>
        </div>
      </Popover>
    </DialogTrigger>
  );
}
