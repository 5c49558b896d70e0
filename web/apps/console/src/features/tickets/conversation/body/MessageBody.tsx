import { t } from "@helpdesk/i18n";
import { Button } from "@helpdesk/ui";
import { useMemo, useState } from "react";
import type { Message } from "../../api.ts";
import { MailFrame } from "./MailFrame.tsx";
import { PlainBody } from "./PlainBody.tsx";
import { prepare } from "./prepare.ts";

/** What somebody wrote: running text as part of the page, anything else in a frame of its own. */
export function MessageBody({ message, onResize }: { message: Message; onResize: () => void }) {
  const prepared = useMemo(() => prepare(message.body_html), [message.body_html]);
  const [withQuote, setQuote] = useState(false);
  const [withImages, setImages] = useState(false);
  return (
    <>
      {prepared.remoteImages > 0 && !withImages ? (
        <p className="mb-1.5 flex flex-wrap items-center gap-2 text-12 text-ink-3">
          {t("tickets.images.blocked", { count: prepared.remoteImages })}
          <Button look="quiet" className="h-6 px-1.5 text-12" onPress={() => setImages(true)}>
            {t("tickets.images.show")}
          </Button>
        </p>
      ) : null}
      <div dir="auto" className="max-w-[68ch] text-15 text-ink-1 [overflow-wrap:anywhere]">
        {prepared.isPlain ? (
          <PlainBody body={prepared.body} withQuote={withQuote} />
        ) : (
          <MailFrame prepared={prepared} withImages={withImages} withQuote={withQuote} onResize={onResize} />
        )}
      </div>
      {prepared.hasQuote ? (
        <button
          type="button"
          aria-expanded={withQuote}
          aria-label={t(withQuote ? "tickets.quote.hide" : "tickets.quote.show")}
          title={t(withQuote ? "tickets.quote.hide" : "tickets.quote.show")}
          onClick={() => setQuote(!withQuote)}
          className="mt-1 grid h-6 w-9 place-items-center rounded-control border border-line text-ink-3 hover:border-control hover:text-ink-1"
        >
          <span aria-hidden="true" className="leading-none tracking-widest">
            ···
          </span>
        </button>
      ) : null}
    </>
  );
}
