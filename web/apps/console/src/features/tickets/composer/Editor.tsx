import { t } from "@helpdesk/i18n";
import { getSchema, type Editor as Tiptap } from "@tiptap/core";
import { Bold } from "@tiptap/extension-bold";
import { Document } from "@tiptap/extension-document";
import { Italic } from "@tiptap/extension-italic";
import { Link } from "@tiptap/extension-link";
import { BulletList, ListItem, OrderedList } from "@tiptap/extension-list";
import { Paragraph } from "@tiptap/extension-paragraph";
import { Text } from "@tiptap/extension-text";
import { Placeholder, UndoRedo } from "@tiptap/extensions";
import { DOMParser as Reader } from "@tiptap/pm/model";
import { EditorContent, useEditor } from "@tiptap/react";
import { type Ref, useCallback, useEffect, useImperativeHandle, useRef, useState } from "react";
import { inert } from "../conversation/body/prepare.ts";
import { type Choices, MentionList } from "./MentionList.tsx";
import { mentionAt, type Query } from "./mention.ts";
import { pasteHtml } from "./pasteHtml.ts";
import { Blockquote, Code, HardBreak, Mention, Underline } from "./schema.ts";
import "./composer.css";

export type EditorHandle = { focus: () => void; set: (html: string) => void };

type Props = {
  html: string;
  label: string;
  placeholder: string;
  /** Files that were pasted or dropped into the text. */
  onFiles: (files: File[]) => void;
  /** The text as HTML; empty when nothing was written. */
  onChange: (html: string) => void;
  onLeave: () => void;
  /** Offers people and teams after "@". */
  withMentions: boolean;
  /** It can be written in from now on. */
  onReady: () => void;
  ref: Ref<EditorHandle>;
};

const basic = [
  Document,
  Paragraph,
  Text,
  Bold,
  Italic,
  Underline,
  Code,
  Blockquote,
  HardBreak,
  BulletList,
  OrderedList,
  ListItem,
  Link.configure({ openOnClick: false, HTMLAttributes: { rel: null, target: null } }),
  Mention,
  UndoRedo,
];
const reader = Reader.fromSchema(getSchema(basic));

/** Saved text as the editor's own form, read in a document where nothing runs. */
function contentOf(html: string) {
  const { body } = new DOMParser().parseFromString(inert(html || "<p></p>"), "text/html");
  return reader.parse(body, { preserveWhitespace: true }).toJSON();
}

/** Where a message is written. Markdown signs become what they mean; what is pasted keeps its meaning and loses its look. */
export default function Editor(props: Props) {
  const { html, label, placeholder, withMentions, ref } = props;
  const [query, setQuery] = useState<Query>();
  const choices = useRef<Choices>(null);
  const latest = useRef(props);
  useEffect(() => {
    latest.current = props;
  });
  const follow = useCallback(
    (editor: Tiptap) => setQuery(latest.current.withMentions ? mentionAt(editor) : undefined),
    [],
  );
  const editor = useEditor({
    content: contentOf(html),
    injectCSS: false,
    extensions: [...basic, Placeholder.configure({ placeholder })],
    editorProps: {
      transformPastedHTML: pasteHtml,
      attributes: { role: "textbox", "aria-multiline": "true", "aria-label": label },
      handleKeyDown: (_, event) => {
        if (choices.current?.onKey(event)) return true;
        if (event.key === "Escape") latest.current.onLeave();
        return event.key === "Escape";
      },
      handlePaste: (_, event) => take(event.clipboardData, latest.current.onFiles),
      handleDrop: (_, event) => take(event.dataTransfer, latest.current.onFiles),
    },
    onCreate: () => latest.current.onReady(),
    onUpdate: ({ editor }) => {
      latest.current.onChange(editor.isEmpty ? "" : editor.getHTML());
      follow(editor);
    },
    onSelectionUpdate: ({ editor }) => follow(editor),
    onBlur: () => setQuery(undefined),
  });
  const focus = useCallback(() => {
    editor?.commands.setTextSelection(editor.state.doc.content.size);
    // At once, and not with the next frame as the command of that name does: the next key is for this text.
    editor?.view.focus();
    // What was typed before the editor was there may end in a name.
    if (editor) follow(editor);
  }, [editor, follow]);
  useImperativeHandle(
    ref,
    () => ({
      focus,
      set: (text) => {
        editor?.commands.setContent(contentOf(text), { emitUpdate: false });
      },
    }),
    [editor, focus],
  );
  return (
    <>
      <EditorContent editor={editor} className="max-h-[40vh] min-h-11 overflow-y-auto px-4 py-1.5 text-15" />
      {withMentions && query && editor ? (
        <MentionList
          ref={choices}
          query={query}
          label={t("tickets.mention")}
          onClose={() => setQuery(undefined)}
          onChoose={({ id, name }) => {
            const mention = [
              { type: "mention", attrs: { id, name } },
              { type: "text", text: " " },
            ];
            editor.chain().focus().insertContentAt({ from: query.from, to: query.to }, mention).run();
            setQuery(undefined);
          }}
        />
      ) : null}
    </>
  );
}

/** Takes the files of a paste or drop; true when there were any. */
function take(data: DataTransfer | null, onFiles: (files: File[]) => void): boolean {
  const files = Array.from(data?.files ?? []);
  if (files.length === 0) return false;
  onFiles(files);
  return true;
}
