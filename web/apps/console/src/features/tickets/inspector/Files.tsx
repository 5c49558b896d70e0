import { dayTime, fileSize, t } from "@helpdesk/i18n";
import { Icon } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { type Ticket, tailQuery } from "../api.ts";
import { download } from "../conversation/Attachments.tsx";

import { Section } from "./parts.tsx";

/** The files of the newest messages, newest first. */
export function Files({ ticket }: { ticket: Ticket }) {
  const { data: messages = [] } = useQuery(tailQuery(ticket.number));
  const files = messages.toReversed().flatMap((message) => message.attachments);
  if (files.length === 0) return null;
  return (
    <Section title={t("files.attachments")} aside={files.length}>
      <ul className="-mx-2">
        {files.map((file) => (
          <li key={file.id}>
            <button
              type="button"
              title={`${file.name}, ${dayTime(file.created_at)}`}
              onClick={() => void download(file)}
              className="flex min-h-7 w-full cursor-default items-center gap-2 rounded-control px-2 text-start hover:bg-line-soft"
            >
              <Icon name="paperclip" className="text-ink-3" />
              <bdi className="min-w-0 flex-1 truncate">{file.name}</bdi>
              <span className="text-12 whitespace-nowrap text-ink-3 tabular-nums">{fileSize(file.size)}</span>
            </button>
          </li>
        ))}
      </ul>
    </Section>
  );
}
