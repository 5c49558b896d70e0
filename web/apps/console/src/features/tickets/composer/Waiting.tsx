import { type Ref, useImperativeHandle, useLayoutEffect, useRef } from "react";

type Props = { label: string; hint: string; autoFocus: boolean; onType: () => void; ref: Ref<HTMLTextAreaElement> };

/** Takes what is typed until the editor is there: no key is lost, and none is taken for a command. */
export function Waiting({ label, hint, autoFocus, onType, ref }: Props) {
  const field = useRef<HTMLTextAreaElement>(null);
  useImperativeHandle(ref, () => field.current!, []);
  useLayoutEffect(() => {
    if (autoFocus) field.current?.focus();
  }, [autoFocus]);
  return (
    <textarea
      ref={field}
      rows={2}
      aria-label={label}
      placeholder={hint}
      onInput={onType}
      className="block h-14 w-full resize-none bg-transparent px-4 py-1.5 text-15 outline-none"
    />
  );
}

/** What was typed there, as the editor reads it. */
export function htmlOf(text: string): string {
  const escaped = text.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  return escaped && `<p>${escaped.replaceAll("\n", "<br>")}</p>`;
}
