import { t } from "@helpdesk/i18n";
import { IconButton } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { Dialog, Modal, ModalOverlay } from "react-aria-components";
import { type FileOut, fileLinkQuery } from "../api.ts";

type Props = {
  files: FileOut[];
  file: FileOut;
  onShow: (file: FileOut | undefined) => void;
  onDownload: (file: FileOut) => void;
};

/** A picture as large as the window allows; the arrow keys go to its neighbours. */
export default function Lightbox({ files, file, onShow, onDownload }: Props) {
  const { data } = useQuery(fileLinkQuery(file.id));
  const at = files.findIndex((one) => one.id === file.id);
  const go = (step: number) => {
    const next = files[at + step];
    if (next) onShow(next);
  };
  return (
    <ModalOverlay
      isOpen
      isDismissable
      onOpenChange={(isOpen) => !isOpen && onShow(undefined)}
      className="fixed inset-0 z-30 bg-scrim p-4"
    >
      <Modal className="h-full">
        <Dialog aria-label={file.name} className="float flex h-full flex-col outline-none">
          {({ close }) => (
            // biome-ignore lint/a11y/noStaticElementInteractions: the dialog itself takes no handler of keys.
            <div
              className="flex min-h-0 flex-1 flex-col"
              onKeyDown={(event) => {
                if (event.key === "ArrowLeft") go(document.dir === "rtl" ? 1 : -1);
                if (event.key === "ArrowRight") go(document.dir === "rtl" ? -1 : 1);
              }}
            >
              <header className="flex h-11 shrink-0 items-center gap-1 border-b border-line ps-4 pe-2">
                <bdi className="min-w-0 flex-1 truncate font-medium">{file.name}</bdi>
                <IconButton
                  icon="back"
                  label={t("tickets.picture.previous")}
                  isDisabled={at <= 0}
                  onPress={() => go(-1)}
                />
                <IconButton
                  icon="forward"
                  label={t("tickets.picture.next")}
                  isDisabled={at >= files.length - 1}
                  onPress={() => go(1)}
                />
                <IconButton icon="download" label={t("tickets.download")} onPress={() => onDownload(file)} />
                <IconButton icon="close" label={t("ui.close")} onPress={close} />
              </header>
              <div className="grid min-h-0 flex-1 place-items-center overflow-auto p-4">
                {data ? <img src={data} alt={file.name} className="max-h-full max-w-full object-contain" /> : null}
              </div>
            </div>
          )}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
