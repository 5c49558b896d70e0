import { type RefObject, useLayoutEffect, useRef } from "react";

type WaitingProps = { label: string; hint: string; autoFocus: boolean; text: RefObject<string> };

/** Takes what is typed until the editor is there. */
export function Waiting({ label, hint, autoFocus, text }: WaitingProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    if (autoFocus) field.current?.focus();
  }, [autoFocus]);
  return (
    <textarea
      aria-label={label}
      placeholder={hint}
      ref={field}
      rows={2}
      onChange={(event) => {
        const escaped = event.target.value.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
        text.current = escaped && `<p>${escaped.replaceAll("\n", "<br>")}</p>`;
      }}
      className="block h-14 w-full resize-none bg-transparent px-4 py-1.5 text-15 outline-none"
    />
  );
}
