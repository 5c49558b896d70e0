import { fileSize, number, t } from "@helpdesk/i18n";
import { Icon, IconButton } from "@helpdesk/ui";
import type { Upload } from "./useUploads.ts";

type Attached = { id: string; name: string; size: number };
type Props = {
  files: Attached[];
  uploads: Upload[];
  onRemove: (id: string) => void;
  onCancel: (upload: Upload) => void;
  onRetry: (upload: Upload) => void;
  className?: string;
};

const chip =
  "relative flex min-h-7 max-w-full items-center gap-1.5 overflow-hidden rounded-control border bg-surface ps-2 text-12 sm:max-w-80";

/** What goes with a message or a ticket: files that are there, those on their way, and those that failed. */
export function FileTray({ files, uploads, onRemove, onCancel, onRetry, className = "" }: Props) {
  if (files.length + uploads.length === 0) return null;
  return (
    <ul aria-label={t("files.attachments")} className={`flex flex-wrap gap-1.5 ${className}`}>
      {files.map((file) => (
        <li key={file.id} className={`${chip} border-line`}>
          <Icon name="paperclip" className="size-3.5 text-ink-3" />
          <bdi className="truncate">{file.name}</bdi>
          <span className="whitespace-nowrap text-ink-3 tabular-nums">{fileSize(file.size)}</span>
          <IconButton
            icon="close"
            label={t("files.remove", { name: file.name })}
            className="size-6"
            onPress={() => onRemove(file.id)}
          />
        </li>
      ))}
      {uploads.map((one) => (
        <li key={one.key} className={`${chip} ${one.error ? "border-late" : "border-line"}`}>
          <Icon
            name={one.error ? "warning" : "paperclip"}
            className={`size-3.5 ${one.error ? "text-late" : "text-ink-3"}`}
          />
          <bdi className="truncate">{one.file.name}</bdi>
          {one.error ? (
            <span role="alert" className="text-late">
              {one.error}
            </span>
          ) : (
            <>
              <span className="text-ink-3 tabular-nums">{number(Math.round(one.share * 100))} %</span>
              <progress
                aria-label={t("files.progress", { name: one.file.name })}
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
          {one.error && !one.isHopeless ? (
            <IconButton icon="up" label={t("ui.retry")} className="size-6" onPress={() => onRetry(one)} />
          ) : null}
          <IconButton
            icon="close"
            label={t("files.cancel", { name: one.file.name })}
            className="size-6"
            onPress={() => onCancel(one)}
          />
        </li>
      ))}
    </ul>
  );
}
