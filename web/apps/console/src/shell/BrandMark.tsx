import { initials } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { brandingQuery } from "./queries.ts";

/** The organization's logo, or its initials on its colour. */
export function BrandMark({ size = "size-6" }: { size?: string }) {
  const { data: brand } = useQuery(brandingQuery);
  if (brand?.logo_url) return <img src={brand.logo_url} alt="" className={`${size} rounded-control object-contain`} />;
  return (
    <span
      aria-hidden="true"
      className={`grid ${size} shrink-0 place-items-center rounded-control text-11 font-semibold`}
      style={{ background: brand?.brand_color ?? "var(--ink-1)", color: brand?.on_brand_color ?? "var(--surface)" }}
    >
      {initials(brand?.name ?? "Helpdesk")}
    </span>
  );
}
