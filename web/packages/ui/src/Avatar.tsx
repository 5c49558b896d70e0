type Props = {
  name: string;
  /** Address of the picture; initials without one. */
  picture?: string | null;
  size?: 18 | 24 | 28 | 40;
  /** Somebody who looks at the same thing is drawn hollow, somebody who types filled. */
  presence?: "viewing" | "typing";
};

const sizes = {
  18: "size-4.5 text-[9px]",
  24: "size-6 text-[10px]",
  28: "size-7 text-11",
  40: "size-10 text-13",
} as const;
const looks = {
  none: "bg-line-soft text-ink-2",
  viewing: "border border-control text-ink-2",
  typing: "bg-ink-2 text-surface",
} as const;

/** A person as picture or initials. The name stands beside it or in a tooltip of whoever uses it. */
export function Avatar({ name, picture, size = 24, presence }: Props) {
  const look = `grid shrink-0 place-items-center overflow-hidden rounded-full font-semibold select-none ${sizes[size]}`;
  if (picture && !presence) return <img src={picture} alt="" className={`${look} object-cover`} />;
  return (
    // Drawn, not written: a control that shows it is named by the name beside it.
    <span
      aria-hidden="true"
      data-initials={initials(name)}
      className={`${look} before:content-[attr(data-initials)] ${looks[presence ?? "none"]}`}
    />
  );
}

/** The first letters of the first and the last word. */
export function initials(name: string): string {
  const words = name
    .trim()
    .split(/\s+/)
    .filter((word) => /\p{L}|\p{N}/u.test(word));
  const letter = (word: string | undefined) => Array.from(word ?? "").find((sign) => /\p{L}|\p{N}/u.test(sign)) ?? "";
  const [first, last] = [words[0], words.length > 1 ? words.at(-1) : undefined];
  return (letter(first) + letter(last)).toUpperCase() || "?";
}
