import { t } from "@helpdesk/i18n";
import { Button, Icon } from "@helpdesk/ui";
import { FileTrigger } from "react-aria-components";

type Props = { error?: string; onAdd: (files: Iterable<File>) => void };

/** Chooses files for the ticket; they can be dropped and pasted anywhere on its form, too. */
export function AttachButton({ error, onAdd }: Props) {
  return (
    <>
      {error ? (
        <p role="alert" className="text-12 text-late">
          {error}
        </p>
      ) : null}
      <div className="flex items-center gap-2">
        <FileTrigger allowsMultiple onSelect={(list) => list && onAdd(list)}>
          <Button>
            <Icon name="paperclip" />
            {t("newTicket.attach")}
          </Button>
        </FileTrigger>
        <span className="text-12 text-ink-3">{t("newTicket.attach.hint")}</span>
      </div>
    </>
  );
}
