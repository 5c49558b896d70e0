import { t } from "@helpdesk/i18n";
import { initials } from "@helpdesk/ui";
import { onColor } from "./color.ts";

type Props = { name: string; color: string; logo?: string };

/** The brand where it is seen: at sign-in, in the navigation and in mails, in both themes. */
export function BrandPreview(props: Props) {
  return (
    <section aria-label={t("organization.preview")} className="grid gap-3">
      <h2 className="text-12 text-ink-3">{t("organization.preview")}</h2>
      <div className="grid gap-4 sm:grid-cols-2">
        <Sample {...props} theme="light" />
        <Sample {...props} theme="dark" />
      </div>
    </section>
  );
}

/** Its colors are fixed: it shows how the other theme looks, whichever is in use. */
const themes = {
  light: {
    canvas: "#f1efea",
    surface: "#faf9f6",
    raised: "#ffffff",
    ink: "#1b1e1d",
    quiet: "#63675f",
    line: "#dfdbd2",
  },
  dark: { canvas: "#111312", surface: "#171a19", raised: "#1f2322", ink: "#eceae3", quiet: "#949991", line: "#2c3130" },
} as const;

function Sample({ name, color, logo, theme }: Props & { theme: keyof typeof themes }) {
  const { canvas, surface, raised, ink, quiet, line } = themes[theme];
  const border = `1px solid ${line}`;
  return (
    <figure className="overflow-hidden rounded-control" style={{ background: surface, color: ink, border }}>
      <div className="flex items-center gap-2 px-3 py-2" style={{ background: canvas, borderBlockEnd: border }}>
        <Mark name={name} color={color} logo={logo} size="size-6" />
        <span className="truncate font-semibold" dir="auto">
          {name}
        </span>
      </div>
      <div className="grid gap-3 px-5 py-6">
        <Mark name={name} color={color} logo={logo} size="size-10" />
        <div>
          <p className="text-20 font-semibold">{t("organization.preview.sign-in")}</p>
          <p className="truncate" style={{ color: quiet }} dir="auto">
            {name}
          </p>
        </div>
        <span className="h-9 rounded-control" style={{ background: raised, border }} />
        <span className="h-9 rounded-control" style={{ background: raised, border }} />
      </div>
      <figcaption className="px-5 pb-3 text-12" style={{ color: quiet }}>
        {t(`organization.preview.${theme}`)}
      </figcaption>
    </figure>
  );
}

function Mark({ name, color, logo, size }: Props & { size: string }) {
  if (logo) return <img src={logo} alt="" className={`${size} rounded-control object-contain`} />;
  return (
    <span
      aria-hidden="true"
      className={`grid ${size} shrink-0 place-items-center rounded-control text-11 font-semibold`}
      style={{ background: color, color: onColor(color) }}
    >
      {initials(name)}
    </span>
  );
}
