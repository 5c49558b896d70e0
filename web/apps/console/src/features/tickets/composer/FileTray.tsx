import { number, t } from "@helpdesk/i18n";
import { Icon, IconButton } from "@helpdesk/ui";
import type { FileOut } from "../api.ts";
import { fileSize } from "../size.ts";
import type { Upload } from "./useUploads.ts";

type Props = {
  files: FileOut[];
  uploads: Upload[];
  onRemove: (file: FileOut) => void;
  onCancel: (upload: Upload) => void;
  onRetry: (upload: Upload) => void;
};

const chip =
  "relative flex min-h-7 max-w-64 items-center gap-1.5 overflow-hidden rounded-control border bg-surface ps-2 text-12";

/** What hangs on the message: files that are there, and those on their way. */
export function FileTray({ files, uploads, onRemove, onCancel, onRetry }: Props) {
  if (files.length + uploads.length === 0) return null;
  return (
    <ul aria-label={t("tickets.attachments")} className="flex flex-wrap gap-1.5 px-3 py-1.5">
      {files.map((file) => (
        <li key={file.id} className={`${chip} border-line`}>
          <Icon name="paperclip" className="size-3.5 text-ink-3" />
          <bdi className="truncate">{file.name}</bdi>
          <span className="whitespace-nowrap text-ink-3">{fileSize(file.size)}</span>
          <IconButton
            icon="close"
            label={t("tickets.file.remove", { name: file.name })}
            className="size-6"
            onPress={() => onRemove(file)}
          />
        </li>
      ))}
      {uploads.map((one) => (
        <li key={one.key} className={`${chip} ${one.error ? "border-late" : "border-line"}`}>
          <bdi className="truncate">{one.name}</bdi>
          {one.error ? (
            <span role="alert" className="text-late">
              {one.error}
            </span>
          ) : (
            <>
              <span className="text-ink-3 tabular-nums">{number(Math.round(one.share * 100))} %</span>
              <progress
                aria-label={t("tickets.file.progress", { name: one.name })}
                max={1}
                value={one.share}
                className="sr-only"
              />
              <span
                aria-hidden="true"
                className="absolute start-0 bottom-0 h-0.5 bg-petrol"
                style={{ inlineSize: `${one.share * 100}%` }}
              />
            </>
          )}
          {one.error && one.size <= 100 * 1024 * 1024 ? (
            <IconButton icon="up" label={t("ui.retry")} className="size-6" onPress={() => onRetry(one)} />
          ) : null}
          <IconButton
            icon="close"
            label={t("tickets.file.cancel", { name: one.name })}
            className="size-6"
            onPress={() => onCancel(one)}
          />
        </li>
      ))}
    </ul>
  );
}
