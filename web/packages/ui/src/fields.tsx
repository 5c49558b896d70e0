import { t } from "@helpdesk/i18n";
import type { ReactNode, Ref } from "react";
import {
  Checkbox as AriaCheckbox,
  SearchField as AriaSearchField,
  Switch as AriaSwitch,
  TextField as AriaTextField,
  Button,
  type CheckboxProps,
  FieldError,
  Input,
  Label,
  type SearchFieldProps,
  type SwitchProps,
  Text,
  TextArea,
  type TextFieldProps,
} from "react-aria-components";
import { Icon } from "./Icon.tsx";

export const fieldLook =
  "w-full min-w-0 rounded-control border border-control bg-raised px-2.5 text-ink-1 outline-none hover:border-ink-3 focus:border-petrol focus:outline-2 focus:-outline-offset-1 focus:outline-petrol disabled:opacity-60 invalid-field:border-late";

type FieldProps = TextFieldProps & {
  label: string;
  /** What is expected, below the field. */
  hint?: ReactNode;
  /** What is wrong, below the field, as one sentence. */
  error?: string;
  placeholder?: string;
  /** More than one line. */
  rows?: number;
  inputRef?: Ref<HTMLInputElement>;
};

export function TextField({ label, hint, error, placeholder, rows, inputRef, className, ...props }: FieldProps) {
  return (
    <AriaTextField
      {...props}
      isInvalid={Boolean(error)}
      validationBehavior="aria"
      className={`grid min-w-0 content-start gap-1 ${className ?? ""}`}
    >
      <Label className="font-medium text-ink-2">{label}</Label>
      {rows ? (
        <TextArea
          rows={rows}
          placeholder={placeholder}
          className={`${fieldLook} resize-y py-1.5 [unicode-bidi:plaintext]`}
        />
      ) : (
        <Input
          ref={inputRef}
          placeholder={placeholder}
          className={`${fieldLook} h-9 read-only:border-line read-only:bg-canvas`}
        />
      )}
      {hint && !error ? (
        <Text slot="description" className="text-12 text-ink-3">
          {hint}
        </Text>
      ) : null}
      <FieldError className="text-12 text-late">{error}</FieldError>
    </AriaTextField>
  );
}

type SearchProps = Omit<SearchFieldProps, "className"> & {
  label: string;
  placeholder?: string;
  className?: string;
  inputRef?: Ref<HTMLInputElement>;
};

/** A search without a visible label; Escape empties it. */
export function SearchField({ label, placeholder, className = "", inputRef, ...props }: SearchProps) {
  return (
    <AriaSearchField {...props} aria-label={label} className={`group relative flex items-center ${className}`}>
      <Icon name="search" className="pointer-events-none absolute start-2 text-ink-3" />
      <Input
        ref={inputRef}
        placeholder={placeholder ?? label}
        className={`${fieldLook} h-8 ps-8 pe-7 [&::-webkit-search-cancel-button]:hidden`}
      />
      <Button
        aria-label={t("ui.clear")}
        className="absolute end-1 grid size-6 place-items-center rounded-control text-ink-3 outline-none group-data-[empty]:hidden hovered:text-ink-1"
      >
        <Icon name="close" />
      </Button>
    </AriaSearchField>
  );
}

export function Checkbox({
  children,
  ...props
}: Omit<CheckboxProps, "children" | "className"> & { children?: ReactNode }) {
  return (
    <AriaCheckbox {...props} className="group flex min-h-6 cursor-default items-center gap-2 disabled:opacity-50">
      {({ isIndeterminate, isSelected }) => (
        <>
          <span className="grid size-4 shrink-0 place-items-center rounded-[3px] border border-control bg-raised text-on-petrol group-selected:border-petrol group-selected:bg-petrol group-data-[indeterminate]:border-petrol group-data-[indeterminate]:bg-petrol group-focus-ring:outline-2 group-focus-ring:outline-offset-2 group-focus-ring:outline-petrol">
            {isIndeterminate ? (
              <span className="h-0.5 w-2 bg-current" />
            ) : isSelected ? (
              <Icon name="check" className="size-3.5" />
            ) : null}
          </span>
          {children}
        </>
      )}
    </AriaCheckbox>
  );
}

/** On or off at once; where something must be saved, use a checkbox. */
export function Switch({ children, ...props }: Omit<SwitchProps, "children" | "className"> & { children: ReactNode }) {
  return (
    <AriaSwitch {...props} className="group flex min-h-6 cursor-default items-center gap-2.5 disabled:opacity-50">
      <span className="flex h-4.5 w-8 shrink-0 items-center rounded-full border border-control bg-raised px-0.5 group-selected:border-petrol group-selected:bg-petrol group-focus-ring:outline-2 group-focus-ring:outline-offset-2 group-focus-ring:outline-petrol">
        <span className="size-3 rounded-full bg-control transition-transform duration-100 group-selected:translate-x-3.5 group-selected:bg-on-petrol rtl:group-selected:-translate-x-3.5" />
      </span>
      {children}
    </AriaSwitch>
  );
}
