import { t } from "@helpdesk/i18n";
import { Button, CommandKey, IconButton } from "@helpdesk/ui";
import type { Asked } from "../../triage/index.ts";

type Props = {
  selected: number;
  loaded: number;
  count: number | undefined;
  asks: Asked[];
  canResolve: boolean;
  onAsk: (what: Asked) => void;
  onResolve: () => void;
  onClear: () => void;
};

/** What can be done with the selected rows, at the foot of the list. */
export default function BulkBar({ selected, loaded, count, asks, canResolve, onAsk, onResolve, onClear }: Props) {
  return (
    <section
      aria-label={t("inbox.selected", { count: selected })}
      className="flex shrink-0 flex-wrap items-center gap-x-1 gap-y-1 border-t border-line bg-raised px-3 py-1.5"
    >
      <span role="status" className="me-auto ps-1 font-medium">
        {t("inbox.selected", { count: selected })}
        {selected === loaded && count !== undefined && count > loaded ? (
          <span className="ms-2 font-normal text-ink-3">{t("inbox.selected.loaded")}</span>
        ) : null}
      </span>
      {canResolve ? (
        <Button look="quiet" onPress={onResolve}>
          {t("inbox.resolve")}
          <CommandKey id="triage.resolve" />
        </Button>
      ) : null}
      {asks.map((what) => (
        <Button key={what} look="quiet" onPress={() => onAsk(what)}>
          {t(`inbox.bulk.${what}`)}
          <CommandKey id={`triage.${what}`} />
        </Button>
      ))}
      <IconButton icon="close" label={t("inbox.selected.clear")} command="list.clear" onPress={onClear} />
    </section>
  );
}
