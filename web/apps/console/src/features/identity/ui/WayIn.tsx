import { useTitle } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { BrandMark } from "../../../shell/BrandMark.tsx";
import { brandingQuery } from "../../../shell/queries.ts";
import { DayPage } from "./DayPage.tsx";

/** The frame of every page before the sign-in: one form under the organization's name and mark, and today's page beside it. */
export function WayIn({ title, children }: { title: string; children: ReactNode }) {
  const { data: brand } = useQuery(brandingQuery);
  useTitle(title, brand?.name);
  return (
    <main className="grid min-h-dvh grid-cols-[minmax(0,1fr)] bg-surface pane:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
      <section className="grid place-items-center px-6 py-10">
        <div className="grid w-full max-w-[340px] gap-6">
          <header className="grid gap-4">
            <BrandMark size="size-10" />
            <div>
              <h1 className="text-20 font-semibold">{title}</h1>
              <p className="mt-1 text-ink-2">
                <bdi>{brand ? brand.name : location.hostname}</bdi>
              </p>
            </div>
          </header>
          {children}
        </div>
      </section>
      <DayPage />
    </main>
  );
}
