import { t } from "@helpdesk/i18n";
import { type Choice, Icon } from "@helpdesk/ui";
import {
  Autocomplete,
  Button,
  Input,
  type Key,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  SearchField,
  Select,
  SelectValue,
  useFilter,
} from "react-aria-components";

type Props = {
  label: string;
  items: Choice[];
  value: string;
  onChange: (id: string) => void;
  /** With a field that narrows the list: for many choices. */
  isSearchable?: boolean;
  isDisabled?: boolean;
};

/** A property as one line: its name, and its value, which becomes a list of choices when pressed. */
export function PropertySelect({ label, items, value, onChange, isSearchable = false, isDisabled }: Props) {
  const { contains } = useFilter({ sensitivity: "base" });
  const list = (
    <ListBox
      items={items}
      aria-label={label}
      className="max-h-72 overflow-y-auto outline-none"
      renderEmptyState={() => <p className="px-2 py-1.5 text-ink-3">{t("ui.nothing-fits")}</p>}
    >
      {(choice: Choice) => (
        <ListBoxItem
          id={choice.id}
          textValue={choice.name}
          className="flex min-h-7 cursor-default items-center gap-2 rounded-control px-2 outline-none focused:bg-petrol-soft selected:font-medium"
        >
          {({ isSelected }) => (
            <>
              {choice.sign}
              <bdi className="min-w-0 flex-1 truncate">{choice.name}</bdi>
              {isSelected ? <Icon name="check" className="text-petrol" /> : null}
            </>
          )}
        </ListBoxItem>
      )}
    </ListBox>
  );
  return (
    <Select
      value={value}
      onChange={(key: Key | null) => key !== null && key !== value && onChange(String(key))}
      isDisabled={isDisabled}
      placeholder={t("tickets.none")}
      className="grid min-h-7 grid-cols-[76px_minmax(0,1fr)] items-center"
    >
      <Label className="text-ink-3">{label}</Label>
      <Button className="group flex h-7 min-w-0 cursor-default items-center gap-1.5 rounded-control px-2 text-start outline-none hovered:bg-line-soft focus-ring:outline-2 focus-ring:outline-petrol">
        <SelectValue<Choice> className="flex min-w-0 flex-1 items-center gap-1.5 truncate data-[placeholder]:text-ink-3">
          {({ selectedItem, defaultChildren }) =>
            selectedItem ? (
              <>
                {selectedItem.sign}
                <bdi className={`truncate ${selectedItem.id === "" ? "text-ink-3" : ""}`}>{selectedItem.name}</bdi>
              </>
            ) : (
              defaultChildren
            )
          }
        </SelectValue>
        {isDisabled ? null : (
          <Icon
            name="caret"
            className="text-ink-3 opacity-0 group-focus-ring:opacity-100 group-hovered:opacity-100 pointer-coarse:opacity-100"
          />
        )}
      </Button>
      <Popover offset={2} className="float appear min-w-52 p-1">
        {isSearchable ? (
          <Autocomplete filter={contains}>
            <SearchField aria-label={label} autoFocus className="mb-1 flex items-center">
              <Input
                role="combobox"
                aria-expanded
                placeholder={t("tickets.find")}
                className="h-8 w-full rounded-control border border-line bg-surface px-2 outline-none focus:border-petrol [&::-webkit-search-cancel-button]:hidden"
              />
            </SearchField>
            {list}
          </Autocomplete>
        ) : (
          list
        )}
      </Popover>
    </Select>
  );
}
