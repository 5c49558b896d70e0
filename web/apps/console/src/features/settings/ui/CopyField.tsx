import { t } from "@helpdesk/i18n";
import { Button, Icon, toast } from "@helpdesk/ui";

/** A text that is taken elsewhere as it is: a link, a key, a DNS record. */
export function CopyField({ label, value }: { label: string; value: string }) {
  const copy = () =>
    navigator.clipboard.writeText(value).then(
      () => toast(t("settings.copied")),
      () => toast(t("settings.copy-failed"), { kind: "failed" }),
    );
  return (
    <div className="grid gap-1">
      <span className="font-medium text-ink-2">{label}</span>
      <div className="flex items-stretch gap-2">
        <code
          dir="ltr"
          className="min-w-0 flex-1 rounded-control border border-line bg-canvas px-2.5 py-1.5 font-mono text-12 break-all select-all"
        >
          {value}
        </code>
        <Button onPress={() => void copy()} aria-label={`${t("settings.copy")}: ${label}`}>
          <Icon name="copy" />
          {t("settings.copy")}
        </Button>
      </div>
    </div>
  );
}
