/** A mail as it came or would leave, byte for byte. */
export function Source({ raw }: { raw: string }) {
  return (
    <pre
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached with the keyboard.
      tabIndex={0}
      dir="ltr"
      className="max-h-[60vh] overflow-auto rounded-control border border-line bg-canvas p-3 font-mono text-12"
    >
      {raw}
    </pre>
  );
}
