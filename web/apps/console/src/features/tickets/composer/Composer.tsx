import { t, time } from "@helpdesk/i18n";
import { Button, errorText, Icon, Kbd, toast } from "@helpdesk/ui";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { queries, useMay, useMe } from "../../../app.ts";
import { FileTray } from "../../../shell/files/FileTray.tsx";
import { useUploads } from "../../../shell/files/useUploads.ts";
import { undoSendSeconds } from "../../../shell/preferences.ts";
import { type Message, sendMessage, type Ticket, tailQuery } from "../api.ts";
import { answeredSince, newestPublic, speaksOfFile } from "./checks.ts";
import { type Draft, isEmptyDraft } from "./drafts.ts";
import type { EditorHandle } from "./Editor.tsx";
import { compose, type Kind, undoSend } from "./open.ts";
import { RecipientRow } from "./RecipientRow.tsx";
import { recipientsOf } from "./recipients.ts";
import { SendButton } from "./SendButton.tsx";
import { useComposerCommands } from "./useComposerCommands.ts";
import { useDraft } from "./useDraft.ts";
import { useTyping } from "./useTyping.ts";
import { htmlOf, Waiting } from "./Waiting.tsx";
import { Elsewhere, type Warned, Warning } from "./Warning.tsx";

const Editor = lazy(() => import("./Editor.tsx"));

/** Where answers and notes are written, below the conversation. Absent for those who may do neither. */
export function Composer({ ticket }: { ticket: Ticket }) {
  const [mayReply, mayNote] = [useMay("tickets:reply"), useMay("tickets:note")];
  const kinds: Kind[] = [...(mayReply ? (["reply"] as const) : []), ...(mayNote ? (["note"] as const) : [])];
  const [first] = kinds;
  return first ? <Writing ticket={ticket} kinds={kinds} first={first} /> : null;
}

function Writing({ ticket, kinds, first }: { ticket: Ticket; kinds: Kind[]; first: Kind }) {
  const me = useMe();
  const [kind, setKind] = useState<Kind>(first);
  const [wantsFocus, setWantsFocus] = useState(false);
  const [isSending, setSending] = useState(false);
  const [warned, setWarned] = useState<Warned>();
  const [error, setError] = useState<string>();
  const editor = useRef<EditorHandle>(null);
  const picker = useRef<HTMLInputElement>(null);
  /** The newest message that was there when somebody began to write. */
  const begun = useRef<number>(undefined);
  const isBegun = useRef(false);
  const [isReady, setReady] = useState(false);
  /** Sent before the editor was there: it goes as soon as that has the text. */
  const early = useRef<{ status?: string }>(undefined);
  const field = useRef<HTMLTextAreaElement>(null);
  const drafts = { reply: useDraft(ticket.id, "reply"), note: useDraft(ticket.id, "note") };
  const { draft, outcome, read, change, detach, drop, pause, replace } = drafts[kind];
  const { data: known } = useQuery(tailQuery(ticket.number));
  const messages = known ?? [];
  const tellTyping = useTyping(ticket.id);
  const uploads = { reply: useUploads(drafts.reply.attach), note: useUploads(drafts.note.attach) }[kind];
  const isNote = kind === "note";
  const usual = recipientsOf(ticket, messages);
  const recipients = { to: draft?.to ?? usual.to, cc: draft?.cc ?? usual.cc };
  const hasText = draft !== undefined && !isEmptyDraft(draft);

  const begin = (next: Kind, restored?: Draft) => {
    if (!kinds.includes(next)) return;
    setWarned(undefined);
    setError(undefined);
    setWantsFocus(true);
    setKind(next);
    if (restored) drafts[next].replace(restored, true);
    if (next !== kind) return setReady(false);
    if (restored) editor.current?.set(restored.html);
    editor.current?.focus();
  };
  useEffect(() => compose.listen(begin));

  const beginToWrite = () => {
    isBegun.current = true;
    if (known) begun.current ??= newestPublic(known);
  };
  // Who writes before the messages are there has seen those that come first.
  useEffect(() => {
    if (isBegun.current && known) begun.current ??= newestPublic(known);
  }, [known]);
  const write = (html: string) => {
    beginToWrite();
    setError(undefined);
    change({ html });
    tellTyping(html !== "");
  };
  /** The editor goes on where the field that was there before it ends. */
  const takeOver = () => {
    const [typed, isFocused] = [htmlOf(field.current?.value ?? ""), document.activeElement === field.current];
    if (typed) {
      const html = (read()?.html ?? "") + typed;
      editor.current?.set(html);
      write(html);
    }
    // Last, since what was sent early goes with it.
    flushSync(() => setReady(true));
    if (isFocused) editor.current?.focus();
  };
  const leave = () => {
    tellTyping(false);
    document.querySelector<HTMLElement>('[role="feed"]')?.focus();
  };

  /** Sends, unless somebody else was faster or something is missing and nobody has been asked yet. */
  const send = async (status?: string, isSure = false) => {
    const begunWith = read();
    if (!isReady || !begunWith) {
      early.current = { status };
      return;
    }
    if (isSending) return;
    setWarned(undefined);
    setError(undefined);
    if (isEmptyDraft(begunWith) && uploads.uploads.length === 0) return editor.current?.focus();
    if (!isNote && recipients.to.length === 0) return setError(t("tickets.recipient.missing"));
    setSending(true);
    try {
      if (!(await uploads.settled())) return setError(t("tickets.file.failed"));
      const { html, files } = read() ?? begunWith;
      if (!isNote && !isSure) {
        const reason = await warning(ticket, begun.current, me.id, files.length === 0 && speaksOfFile(html));
        if (reason) return setWarned({ ...reason, status });
      }
      await pause();
      const sent = await sendMessage(ticket, {
        body: html,
        format: "html",
        visibility: isNote ? "internal" : "public",
        attachments: files.map((file) => file.id),
        ...(isNote ? {} : { ...recipients, hold_seconds: undoSendSeconds() }),
        ...(status ? { status } : {}),
      });
      tellTyping(false);
      begun.current = undefined;
      isBegun.current = false;
      drop();
      editor.current?.set("");
      if (sent.held_until) {
        const stays = Date.parse(sent.held_until) - Date.now();
        toast(t("tickets.reply.held"), { stays, undo: () => void undoSend(ticket.number, sent.id) });
      } else toast(t(isNote ? "tickets.note.added" : "tickets.reply.sent"));
      leave();
    } catch (problem) {
      setError(errorText(problem));
      change({});
    } finally {
      setSending(false);
    }
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the editor has taken over.
  useEffect(() => {
    if (isReady && early.current) void send(early.current.status);
    early.current = undefined;
  }, [isReady]);
  useComposerCommands({ send, isReady: () => hasText || !isReady });

  const label = t(isNote ? "tickets.compose.note" : "tickets.compose.reply");
  const hint = t(`tickets.compose.${kind}.hint`);
  return (
    <form
      aria-label={label}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
      onDragOver={(event) => event.dataTransfer.types.includes("Files") && event.preventDefault()}
      onDrop={(event) => {
        if (event.defaultPrevented || event.dataTransfer.files.length === 0) return;
        event.preventDefault();
        uploads.add(Array.from(event.dataTransfer.files));
      }}
      className={`mx-3 mb-3 shrink-0 rounded-control border focus-within:border-control pane:mx-5 ${isNote ? "border-dashed border-note-line bg-note" : "border-line bg-raised"}`}
    >
      <div className="flex items-center gap-1 px-2 pt-1.5">
        <fieldset aria-label={t("tickets.compose.kind")} className="flex">
          {kinds.map((id) => (
            <button
              key={id}
              type="button"
              aria-pressed={kind === id}
              onClick={() => begin(id)}
              className="h-7 rounded-control px-2 text-ink-3 hover:text-ink-1 aria-pressed:font-semibold aria-pressed:text-ink-1"
            >
              {t(`tickets.compose.${id}.short`)}
            </button>
          ))}
        </fieldset>
        <span role="status" className="ms-auto truncate pe-1 text-12 whitespace-nowrap text-ink-3 tabular-nums">
          {hasText && outcome?.state === "saved" ? t("tickets.draft.saved", { time: time(outcome.at) }) : null}
          {hasText && outcome?.state === "kept" ? t("tickets.draft.kept") : null}
        </span>
      </div>
      {isNote || !draft ? null : (
        <RecipientRow ticket={ticket} usual={usual} recipients={recipients} onChange={change} />
      )}
      {isReady ? null : (
        <Waiting key={kind} ref={field} label={label} hint={hint} autoFocus={wantsFocus} onType={beginToWrite} />
      )}
      <Suspense>
        {draft ? (
          <div key={kind} hidden={!isReady}>
            <Editor
              ref={editor}
              html={draft.html}
              label={label}
              placeholder={hint}
              withMentions={isNote}
              onReady={takeOver}
              onChange={write}
              onFiles={uploads.add}
              onLeave={leave}
            />
          </div>
        ) : null}
      </Suspense>
      <FileTray
        files={draft?.files ?? []}
        uploads={uploads.uploads}
        onRemove={detach}
        onCancel={uploads.cancel}
        onRetry={uploads.retry}
        className="px-3 py-1.5"
      />
      {outcome?.state === "elsewhere" ? (
        <Elsewhere
          onKeep={() => replace(draft ?? outcome.theirs, false)}
          onTake={() => {
            replace(outcome.theirs, true);
            editor.current?.set(outcome.theirs.html);
          }}
        />
      ) : null}
      {warned ? (
        <Warning warned={warned} onSend={() => void send(warned.status, true)} onClose={() => setWarned(undefined)} />
      ) : null}
      {error ? (
        <p role="alert" className="flex items-center gap-2 px-4 py-1 text-late">
          <Icon name="warning" className="size-3.5" />
          {error}
        </p>
      ) : null}
      <div className="flex items-center gap-1 p-2">
        <Button look="quiet" onPress={() => picker.current?.click()}>
          <Icon name="paperclip" />
          <span className="max-[400px]:sr-only">{t("tickets.attach")}</span>
        </Button>
        <input
          ref={picker}
          type="file"
          multiple
          hidden
          aria-label={t("tickets.attach")}
          onChange={(event) => {
            uploads.add(Array.from(event.target.files ?? []));
            event.target.value = "";
          }}
        />
        <span className="ms-auto hidden pe-1 pane:flex">
          <Kbd keys="Mod+Enter" />
        </span>
        <SendButton ticket={ticket} isNote={isNote} isBusy={isSending} onSend={(status) => void send(status)} />
      </div>
    </form>
  );
}

/** What speaks against sending: an answer that somebody gave since this one was begun, or a file that is missing. */
async function warning(
  ticket: Ticket,
  begun: number | undefined,
  me: string,
  isFileMissing: boolean,
): Promise<{ answers: Message[]; isFileMissing: boolean } | undefined> {
  const newest = await queries.fetchQuery({ ...tailQuery(ticket.number), staleTime: 0 });
  const answers = begun === undefined ? [] : answeredSince(newest, begun, me);
  return answers.length > 0 || isFileMissing ? { answers, isFileMissing } : undefined;
}
