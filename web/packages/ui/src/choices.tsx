import { t } from "@helpdesk/i18n";
import type { ReactNode } from "react";
import {
  ComboBox as AriaComboBox,
  Select as AriaSelect,
  Button,
  FieldError,
  Input,
  type Key,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  SelectValue,
  Text,
} from "react-aria-components";
import { fieldLook } from "./fields.tsx";
import { Icon } from "./Icon.tsx";

/** One of a list: `detail` is a second, quieter word for it. */
export type Choice = { id: string; name: string; detail?: string; sign?: ReactNode };

const itemLook =
  "flex min-h-7 cursor-default items-center gap-2 rounded-control px-2 outline-none focused:bg-petrol-soft selected:font-medium disabled:opacity-50";

function Item({ choice }: { choice: Choice }) {
  return (
    <ListBoxItem id={choice.id} textValue={choice.name} className={itemLook}>
      {({ isSelected }) => (
        <>
          {choice.sign}
          <span className="flex min-w-0 flex-1 items-baseline gap-2">
            <bdi className="truncate">{choice.name}</bdi>
            {choice.detail ? <bdi className="min-w-0 shrink-9 truncate text-12 text-ink-3">{choice.detail}</bdi> : null}
          </span>
          {isSelected ? <Icon name="check" className="text-petrol" /> : null}
        </>
      )}
    </ListBoxItem>
  );
}

type Common = {
  label: string;
  /** The label is there for those who do not see, not shown. */
  isLabelHidden?: boolean;
  items: Choice[];
  hint?: ReactNode;
  error?: string;
  isDisabled?: boolean;
  isRequired?: boolean;
  className?: string;
  placeholder?: string;
};

type SelectProps = Common & { value: string | null; onChange: (id: string) => void; name?: string };

/** A choice among few; among many, or found by the server, use ComboBox. */
export function Select({
  label,
  isLabelHidden,
  items,
  hint,
  error,
  value,
  onChange,
  className = "",
  placeholder,
  ...props
}: SelectProps) {
  return (
    <AriaSelect
      {...props}
      aria-label={isLabelHidden ? label : undefined}
      value={value}
      onChange={(key: Key | null) => key !== null && onChange(String(key))}
      isInvalid={Boolean(error)}
      validationBehavior="aria"
      placeholder={placeholder ?? t("ui.choose")}
      className={`grid min-w-0 content-start gap-1 ${className}`}
    >
      {isLabelHidden ? null : <Label className="font-medium text-ink-2">{label}</Label>}
      <Button
        className={`${fieldLook} flex h-9 items-center gap-2 text-start focus-ring:border-petrol focus-ring:outline-2 focus-ring:-outline-offset-1 focus-ring:outline-petrol`}
      >
        <SelectValue className="flex min-w-0 flex-1 items-center gap-2 truncate data-[placeholder]:text-ink-3" />
        <Icon name="caret" className="text-ink-3" />
      </Button>
      <Below hint={hint} error={error} />
      <Popover offset={4} className="float appear max-h-80 min-w-(--trigger-width) overflow-auto p-1">
        <ListBox items={items} className="outline-none">
          {(choice) => <Item choice={choice} />}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}

type ComboProps = Common & {
  value: string | null;
  onChange: (id: string | null) => void;
  /** With this the items are what the server found for the text; otherwise they are filtered here. */
  search?: { text: string; onChange: (text: string) => void };
  /** What to say when nothing fits. */
  empty?: ReactNode;
  autoFocus?: boolean;
};

/** A choice that is found while typing. */
export function ComboBox({
  label,
  isLabelHidden,
  items,
  hint,
  error,
  value,
  onChange,
  search,
  empty,
  className = "",
  placeholder,
  ...props
}: ComboProps) {
  const found = search ? { items, inputValue: search.text, onInputChange: search.onChange } : { defaultItems: items };
  return (
    <AriaComboBox
      {...props}
      {...found}
      aria-label={isLabelHidden ? label : undefined}
      value={value}
      onChange={(key: Key | null) => onChange(key === null ? null : String(key))}
      isInvalid={Boolean(error)}
      validationBehavior="aria"
      allowsEmptyCollection
      menuTrigger="focus"
      className={`grid min-w-0 content-start gap-1 ${className}`}
    >
      {isLabelHidden ? null : <Label className="font-medium text-ink-2">{label}</Label>}
      <div className="relative">
        <Input placeholder={placeholder} className={`${fieldLook} h-9 pe-8`} />
        <Button className="absolute inset-y-0 end-0 grid w-8 place-items-center text-ink-3 outline-none">
          <Icon name="caret" />
        </Button>
      </div>
      <Below hint={hint} error={error} />
      <Popover offset={4} className="float max-h-80 w-(--trigger-width) min-w-56 overflow-auto p-1">
        <ListBox<Choice>
          className="outline-none"
          renderEmptyState={() => <p className="px-2 py-1.5 text-ink-3">{empty ?? t("ui.nothing-fits")}</p>}
        >
          {(choice) => <Item choice={choice} />}
        </ListBox>
      </Popover>
    </AriaComboBox>
  );
}

function Below({ hint, error }: { hint: ReactNode; error: string | undefined }) {
  return (
    <>
      {hint && !error ? (
        <Text slot="description" className="text-12 text-ink-3">
          {hint}
        </Text>
      ) : null}
      <FieldError className="text-12 text-late">{error}</FieldError>
    </>
  );
}
