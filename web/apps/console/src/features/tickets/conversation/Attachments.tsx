import { fileSize, t } from "@helpdesk/i18n";
import { errorText, Icon, toast } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { queries } from "../../../app.ts";
import { type FileOut, fileLinkQuery } from "../api.ts";

const Lightbox = lazy(() => import("./Lightbox.tsx"));
const pictures = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);

/** Downloads a file, under the name that it has. */
export async function download(file: FileOut): Promise<void> {
  try {
    const link = document.createElement("a");
    link.href = await queries.fetchQuery(fileLinkQuery(file.id));
    link.download = file.name;
    link.rel = "noopener";
    link.click();
  } catch (error) {
    toast(errorText(error), { kind: "failed" });
  }
}

/** The files of a message: pictures are looked at in the page, others are downloaded. */
export function Attachments({ files }: { files: FileOut[] }) {
  const [shown, setShown] = useState<FileOut>();
  if (files.length === 0) return null;
  return (
    <>
      <ul aria-label={t("files.attachments")} className="mt-2 flex flex-wrap gap-2">
        {files.map((file) => (
          <li key={file.id} className="max-w-full min-w-0">
            <FileChip
              file={file}
              onOpen={() => (pictures.has(file.content_type) ? setShown(file) : void download(file))}
            />
          </li>
        ))}
      </ul>
      {shown ? (
        <Suspense>
          <Lightbox
            files={files.filter((file) => pictures.has(file.content_type))}
            file={shown}
            onShow={setShown}
            onDownload={(file) => void download(file)}
          />
        </Suspense>
      ) : null}
    </>
  );
}

function FileChip({ file, onOpen }: { file: FileOut; onOpen: () => void }) {
  const isPicture = pictures.has(file.content_type);
  return (
    <button
      type="button"
      onClick={onOpen}
      title={file.name}
      className="flex max-w-64 cursor-default items-center gap-2 overflow-hidden rounded-control border border-line bg-raised py-1 ps-1.5 pe-2.5 text-start hover:border-control"
    >
      {isPicture ? <Thumbnail file={file} /> : <Icon name="paperclip" className="text-ink-3" />}
      <span className="min-w-0">
        <bdi className="block truncate text-13">{file.name}</bdi>
        <span className="block text-12 text-ink-3 tabular-nums">{fileSize(file.size)}</span>
      </span>
    </button>
  );
}

function Thumbnail({ file }: { file: FileOut }) {
  const { data } = useQuery(fileLinkQuery(file.id));
  return data ? (
    <img src={data} alt="" className="size-9 shrink-0 rounded-row object-cover" />
  ) : (
    <span className="size-9 shrink-0 rounded-row bg-line-soft" />
  );
}
