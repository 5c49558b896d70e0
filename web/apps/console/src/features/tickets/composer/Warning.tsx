import { relative, t } from "@helpdesk/i18n";
import { Button, Icon } from "@helpdesk/ui";
import type { Message } from "../api.ts";

/** Why a message was not sent at once, and the status it was to be sent with. */
export type Warned = { answers: Message[]; isFileMissing: boolean; status: string | undefined };

/** Asks before sending: somebody answered meanwhile, or a file is spoken of that is not there. */
export function Warning({ warned, onSend, onClose }: { warned: Warned; onSend: () => void; onClose: () => void }) {
  const newest = warned.answers.at(-1);
  return (
    <div
      role="alertdialog"
      aria-label={t("tickets.warning")}
      className="mx-2 flex flex-wrap items-center gap-x-3 gap-y-1.5 rounded-control border border-rail-warn bg-warn-soft px-3 py-2 text-warn"
    >
      <Icon name="warning" />
      <div className="min-w-0 flex-1">
        {newest ? (
          <p>{t("tickets.warning.answered", { name: newest.author.name, when: relative(newest.created_at) })}</p>
        ) : null}
        {warned.isFileMissing ? <p>{t("tickets.warning.file")}</p> : null}
      </div>
      {newest ? (
        <Button
          autoFocus
          onPress={() => {
            onClose();
            document.querySelector(`[aria-posinset="${newest.seq}"]`)?.scrollIntoView({ block: "center" });
          }}
        >
          {t("tickets.warning.see")}
        </Button>
      ) : (
        <Button autoFocus onPress={onClose}>
          {t("tickets.warning.back")}
        </Button>
      )}
      <Button onPress={onSend}>{t("tickets.warning.send")}</Button>
    </div>
  );
}

/** Says that the same draft was written on another device, and lets choose. */
export function Elsewhere({ onKeep, onTake }: { onKeep: () => void; onTake: () => void }) {
  return (
    <div
      role="alert"
      className="mx-2 flex flex-wrap items-center gap-x-3 gap-y-1.5 rounded-control border border-rail-warn bg-warn-soft px-3 py-2 text-warn"
    >
      <p className="min-w-0 flex-1">{t("tickets.draft.elsewhere")}</p>
      <Button onPress={onTake}>{t("tickets.draft.take")}</Button>
      <Button onPress={onKeep}>{t("tickets.draft.keep")}</Button>
    </div>
  );
}
