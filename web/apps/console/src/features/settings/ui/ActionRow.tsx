import { Button, type ButtonLook } from "@helpdesk/ui";
import type { ReactNode } from "react";

type Props = { title?: string; about: ReactNode; action: string; look?: ButtonLook; onPress: () => void };

/** Something that can be done with a thing as a whole: what it means, and the button. */
export function ActionRow({ title, about, action, look, onPress }: Props) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 border-b border-line-soft pb-3 last:border-b-0">
      <div className="min-w-0 flex-[1_1_18rem]">
        {title ? <p className="font-medium">{title}</p> : null}
        <p className="text-ink-3">{about}</p>
      </div>
      <Button look={look} onPress={onPress}>
        {action}
      </Button>
    </div>
  );
}
