import { Button as AriaButton, type ButtonProps } from "react-aria-components";
import { Icon, type IconName } from "./Icon.tsx";
import { Tooltip } from "./Tooltip.tsx";

const looks = {
  primary: "bg-petrol text-on-petrol hovered:brightness-110 pressed:brightness-95",
  plain: "border border-line bg-raised text-ink-1 shadow-[0_1px_0_var(--line)] hovered:border-control hovered:bg-hover",
  quiet: "text-ink-2 hovered:bg-line-soft hovered:text-ink-1",
  note: "bg-warn text-raised hovered:brightness-110",
  danger:
    "border border-line bg-raised text-late shadow-[0_1px_0_var(--line)] hovered:border-late hovered:bg-late-soft",
} as const;
const sizes = { small: "h-7 px-2.5", large: "h-9 px-4" } as const;

/** One `primary` button a screen: the one that people come for. */
export type ButtonLook = keyof typeof looks;

type Props = Omit<ButtonProps, "className"> & { look?: ButtonLook; size?: keyof typeof sizes; className?: string };

export function Button({ look = "plain", size = "small", className = "", ...props }: Props) {
  return (
    <AriaButton
      {...props}
      className={`inline-flex shrink-0 cursor-default items-center justify-center gap-1.5 rounded-control font-medium whitespace-nowrap outline-none focus-ring:outline-2 focus-ring:outline-offset-2 focus-ring:outline-petrol disabled:opacity-50 ${sizes[size]} ${looks[look]} ${className}`}
    />
  );
}

type IconButtonProps = Omit<ButtonProps, "className" | "children"> & {
  icon: IconName;
  /** Its name, for the tooltip and for those who do not see the sign. */
  label: string;
  /** The command that does the same: its key is shown. */
  command?: string;
  className?: string;
};

export function IconButton({ icon, label, command, className = "", ...props }: IconButtonProps) {
  return (
    <Tooltip text={label} command={command}>
      <AriaButton
        {...props}
        aria-label={label}
        className={`inline-grid size-7 shrink-0 cursor-default place-items-center rounded-control text-ink-2 outline-none hovered:bg-line-soft hovered:text-ink-1 focus-ring:outline-2 focus-ring:outline-offset-1 focus-ring:outline-petrol disabled:opacity-50 aria-pressed:bg-line-soft aria-pressed:text-ink-1 ${className}`}
      >
        <Icon name={icon} />
      </AriaButton>
    </Tooltip>
  );
}
