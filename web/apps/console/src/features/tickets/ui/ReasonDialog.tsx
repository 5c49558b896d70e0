import { t } from "@helpdesk/i18n";
import { Button, Dialog, TextField } from "@helpdesk/ui";
import { useState } from "react";

type Props = { title: string; action: string; onReason: (reason: string) => void; onClose: () => void };

/** Asks why: for a move that is not allowed without a reason. */
export default function ReasonDialog({ title, action, onReason, onClose }: Props) {
  const [reason, setReason] = useState("");
  const [isMissing, setMissing] = useState(false);
  return (
    <Dialog title={title} isOpen onOpenChange={(isOpen) => !isOpen && onClose()}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (reason.trim()) onReason(reason.trim());
          else setMissing(true);
        }}
      >
        <TextField
          label={t("tickets.reason")}
          autoFocus
          maxLength={500}
          value={reason}
          onChange={setReason}
          error={isMissing && !reason.trim() ? t("tickets.reason.missing") : undefined}
        />
        <div className="mt-4 flex justify-end gap-2">
          <Button onPress={onClose}>{t("ui.cancel")}</Button>
          <Button type="submit" look="primary">
            {action}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
