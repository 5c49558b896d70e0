import type { ReactElement } from "react";
import { Tooltip as AriaTooltip, TooltipTrigger } from "react-aria-components";
import { CommandKey } from "./CommandKey.tsx";

type Props = { text: string; command?: string; children: ReactElement };

/** Names a control that shows a sign only, and teaches the key of the command that does the same. */
export function Tooltip({ text, command, children }: Props) {
  return (
    <TooltipTrigger delay={500} closeDelay={80}>
      {children}
      <AriaTooltip offset={6} className="float appear z-50 flex items-center gap-2 px-2 py-1 text-12 text-ink-1">
        {text}
        <CommandKey id={command} />
      </AriaTooltip>
    </TooltipTrigger>
  );
}
