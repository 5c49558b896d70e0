import { fileSize, number, t } from "@helpdesk/i18n";
import { Button, Icon, IconButton } from "@helpdesk/ui";
import { FileTrigger } from "react-aria-components";
import type { Attached, Upload } from "./useUploads.ts";

type Props = {
  files: Attached[];
  uploads: Upload[];
  error?: string;
  onAdd: (files: Iterable<File>) => void;
  onRemove: (id: string) => void;
  onDrop: (key: number) => void;
  onRetry: (upload: Upload) => void;
};

const line = "flex min-h-8 items-center gap-2 rounded-control border border-line bg-raised px-2";

/** What goes with the ticket: what has arrived, what is on its way, and what failed with the way to try again. */
export function Attachments({ files, uploads, error, onAdd, onRemove, onDrop, onRetry }: Props) {
  return (
    <div className="grid gap-1">
      {files.length + uploads.length > 0 ? (
        <ul aria-label={t("newTicket.attachments")} className="grid gap-1">
          {files.map((file) => (
            <li key={file.id} className={line}>
              <Icon name="paperclip" className="text-ink-3" />
              <bdi className="min-w-0 flex-1 truncate">{file.name}</bdi>
              <span className="text-12 text-ink-3 tabular-nums">{fileSize(file.size)}</span>
              <IconButton
                icon="close"
                label={t("newTicket.remove-file", { name: file.name })}
                onPress={() => onRemove(file.id)}
              />
            </li>
          ))}
          {uploads.map((upload) => (
            <li key={upload.key} className={line}>
              <Icon
                name={upload.error ? "warning" : "paperclip"}
                className={upload.error ? "text-late" : "text-ink-3"}
              />
              <span className="min-w-0 flex-1">
                <bdi className="block truncate">{upload.file.name}</bdi>
                {upload.error ? (
                  <span role="alert" className="block text-12 text-late">
                    {upload.error}
                  </span>
                ) : (
                  <progress
                    className="block h-1 w-full accent-petrol"
                    value={upload.share}
                    aria-label={upload.file.name}
                  />
                )}
              </span>
              {upload.error ? (
                <Button onPress={() => onRetry(upload)}>{t("ui.retry")}</Button>
              ) : (
                <span className="text-12 text-ink-3 tabular-nums">{number(Math.round(upload.share * 100))} %</span>
              )}
              <IconButton
                icon="close"
                label={t("newTicket.remove-file", { name: upload.file.name })}
                onPress={() => onDrop(upload.key)}
              />
            </li>
          ))}
        </ul>
      ) : null}
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
    </div>
  );
}
