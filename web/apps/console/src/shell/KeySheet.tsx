import { t } from "@helpdesk/i18n";
import { Dialog } from "@helpdesk/ui";
import KeyList from "./KeyList.tsx";

/** The keys over the page as it is. */
export default function KeySheet({ onClose }: { onClose: () => void }) {
  return (
    <Dialog isOpen width="wide" title={t("commands.sheet")} onOpenChange={(isOpen) => !isOpen && onClose()}>
      <KeyList />
    </Dialog>
  );
}
