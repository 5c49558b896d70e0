import { t } from "@helpdesk/i18n";
import { Icon } from "@helpdesk/ui";
import { type ClipboardEvent, type KeyboardEvent, useId, useState } from "react";
import { addressesIn } from "./recipients.ts";

type Props = {
  label: string;
  addresses: string[];
  /** Names by address, to read instead of it. */
  names: Record<string, string>;
  onChange: (addresses: string[]) => void;
};

/** Addresses as chips: each can be taken off, and more are typed or pasted behind them. */
export function RecipientChips({ label, addresses, names, onChange }: Props) {
  const [text, setText] = useState("");
  const [isWrong, setWrong] = useState(false);
  const id = useId();
  const add = (typed: string) => {
    const { good, rest } = addressesIn(typed);
    setText(rest);
    setWrong(rest !== "");
    const fresh = good.filter((address) => !addresses.includes(address));
    if (fresh.length > 0) onChange([...addresses, ...fresh]);
  };
  const onKey = (event: KeyboardEvent<HTMLInputElement>) => {
    const isEnd = event.key === "Enter" || event.key === "," || event.key === ";" || event.key === " ";
    if (isEnd && text && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      add(text);
    } else if (event.key === "Backspace" && text === "") {
      onChange(addresses.slice(0, -1));
    }
  };
  const onPaste = (event: ClipboardEvent) => {
    const pasted = event.clipboardData.getData("text");
    if (!/[,;\n<]/.test(pasted)) return;
    event.preventDefault();
    add(text + pasted);
  };
  return (
    <div className="flex min-h-7 min-w-0 flex-1 flex-wrap items-center gap-1">
      <label htmlFor={id} className="pe-0.5 text-ink-3">
        {label}
      </label>
      {addresses.map((address) => (
        <span
          key={address}
          title={address}
          className="flex h-6 max-w-56 items-center rounded-row border border-line bg-surface ps-1.5 text-12"
        >
          <bdi className="truncate">{names[address] ?? address}</bdi>
          <button
            type="button"
            aria-label={t("tickets.recipient.remove", { address })}
            onClick={() => onChange(addresses.filter((other) => other !== address))}
            className="grid size-6 shrink-0 place-items-center text-ink-3 hover:text-ink-1"
          >
            <Icon name="close" className="size-3" />
          </button>
        </span>
      ))}
      <input
        id={id}
        type="text"
        inputMode="email"
        autoComplete="off"
        dir="ltr"
        value={text}
        aria-invalid={isWrong}
        onChange={(event) => {
          setText(event.target.value);
          setWrong(false);
        }}
        onKeyDown={onKey}
        onPaste={onPaste}
        onBlur={() => text && add(text)}
        className={`h-6 w-24 min-w-16 flex-1 bg-transparent outline-none ${isWrong ? "text-late" : ""}`}
      />
      {isWrong ? (
        <span role="alert" className="w-full text-12 text-late">
          {t("tickets.recipient.wrong")}
        </span>
      ) : null}
    </div>
  );
}
