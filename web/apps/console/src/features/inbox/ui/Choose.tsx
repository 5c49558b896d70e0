import { useCommandList } from "@helpdesk/commands";
import { t } from "@helpdesk/i18n";
import { CommandKey, Icon } from "@helpdesk/ui";

const offered = ["list.next", "list.previous", "list.open", "list.select", "new-ticket", "palette", "sheet"];

/** Beside the list, as long as no ticket is chosen: how to go on without the mouse. */
export function Choose() {
  const list = useCommandList();
  const commands = offered.flatMap(
    (id) => list.find((command) => command.id === id && command.isVisible?.() !== false) ?? [],
  );
  return (
    <div className="grid h-full place-content-center justify-items-center gap-6 p-6">
      <div className="grid justify-items-center gap-3 text-ink-2">
        <Icon name="inbox" className="size-8 text-control" />
        <p className="text-16">{t("inbox.choose")}</p>
      </div>
      <ul aria-label={t("inbox.choose.keys")} className="grid w-64 text-ink-3">
        {commands.map(({ id, title }) => (
          <li key={id} className="flex h-8 items-center justify-between gap-4 border-t border-line-soft first:border-0">
            <span className="truncate">{t(title)}</span>
            <CommandKey id={id} />
          </li>
        ))}
      </ul>
    </div>
  );
}
