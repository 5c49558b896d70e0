import { t } from "@helpdesk/i18n";
import type { ReactNode } from "react";
import {
  Dialog as AriaDialog,
  Popover as AriaPopover,
  DialogTrigger,
  Heading,
  Modal,
  ModalOverlay,
  type PopoverProps,
} from "react-aria-components";
import { Button, type ButtonLook } from "./Button.tsx";

export { DialogTrigger };

type Props = {
  title: string;
  isOpen?: boolean;
  onOpenChange?: (isOpen: boolean) => void;
  /** False where going on without an answer is not possible. */
  isDismissable?: boolean;
  width?: "narrow" | "wide";
  children: ReactNode | ((close: () => void) => ReactNode);
};

export function Dialog({ title, isOpen, onOpenChange, isDismissable = true, width = "narrow", children }: Props) {
  return (
    <ModalOverlay
      isOpen={isOpen}
      onOpenChange={onOpenChange}
      isDismissable={isDismissable}
      isKeyboardDismissDisabled={!isDismissable}
      className="fixed inset-0 z-30 grid items-start justify-items-center overflow-y-auto bg-scrim px-4 pt-[12vh] pb-8"
    >
      <Modal className={`float appear w-full ${width === "wide" ? "max-w-[720px]" : "max-w-[440px]"}`}>
        <AriaDialog className="p-4 outline-none">
          {({ close }) => (
            <>
              <Heading slot="title" className="mb-3 text-16 font-semibold">
                {title}
              </Heading>
              {typeof children === "function" ? children(close) : children}
            </>
          )}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

type ConfirmProps = {
  title: string;
  text: ReactNode;
  action: string;
  look?: ButtonLook;
  isBusy?: boolean;
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  onConfirm: () => void;
};

/** Asks before something that cannot be undone; what can be undone is done at once and offers Undo. */
export function ConfirmDialog({ text, action, look = "danger", isBusy, onConfirm, ...dialog }: ConfirmProps) {
  return (
    <Dialog {...dialog}>
      {(close) => (
        <>
          <div className="text-ink-2">{text}</div>
          <div className="mt-4 flex justify-end gap-2">
            <Button onPress={close}>{t("ui.cancel")}</Button>
            <Button look={look} isDisabled={isBusy} onPress={onConfirm}>
              {action}
            </Button>
          </div>
        </>
      )}
    </Dialog>
  );
}

/** A layer at the control that opened it, for a small form or a list. */
export function Popover({
  label,
  children,
  ...props
}: Omit<PopoverProps, "children"> & { label: string; children: ReactNode | ((close: () => void) => ReactNode) }) {
  return (
    <AriaPopover offset={4} {...props} className="float appear max-w-[calc(100vw-16px)] overflow-auto">
      <AriaDialog aria-label={label} className="p-3 outline-none">
        {({ close }) => (typeof children === "function" ? children(close) : children)}
      </AriaDialog>
    </AriaPopover>
  );
}
