import { t } from "@helpdesk/i18n";
import { Avatar, Button, errorText, toast } from "@helpdesk/ui";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { FileTrigger } from "react-aria-components";
import { type Me, meQuery } from "../../../shell/queries.ts";
import { putPicture, removePicture } from "../api.ts";

/** The person's picture, which everybody sees beside the name. */
export function Picture({ me }: { me: Me }) {
  const client = useQueryClient();
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const run = async (work: () => Promise<unknown>) => {
    setBusy(true);
    setError(undefined);
    try {
      await work();
      await Promise.all([client.invalidateQueries(meQuery), client.invalidateQueries({ queryKey: ["people"] })]);
      toast(t("profile.saved"));
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  const choose = (files: FileList | null) => {
    const file = files?.[0];
    if (file) void run(() => putPicture(file));
  };
  return (
    <div className="flex flex-wrap items-center gap-4">
      <Avatar name={me.name} picture={me.avatar_url} size={40} />
      <div className="grid gap-1">
        <div className="flex flex-wrap gap-2">
          <FileTrigger acceptedFileTypes={["image/png", "image/jpeg", "image/webp"]} onSelect={choose}>
            <Button isDisabled={isBusy}>{t("profile.picture.choose")}</Button>
          </FileTrigger>
          {me.avatar_url ? (
            <Button isDisabled={isBusy} onPress={() => void run(removePicture)}>
              {t("profile.picture.remove")}
            </Button>
          ) : null}
        </div>
        {error ? (
          <p role="alert" className="text-12 text-late">
            {errorText(error)}
          </p>
        ) : (
          <p className="text-12 text-ink-3">{t("profile.picture.hint")}</p>
        )}
      </div>
    </div>
  );
}
