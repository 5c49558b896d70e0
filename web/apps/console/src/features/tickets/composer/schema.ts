import { Mark, markInputRule, mergeAttributes, Node, wrappingInputRule } from "@tiptap/core";

/** What the editor knows beyond the packages: small parts that a message may hold. */

export const HardBreak = Node.create({
  name: "hardBreak",
  inline: true,
  group: "inline",
  selectable: false,
  parseHTML: () => [{ tag: "br" }],
  renderHTML: () => ["br"],
  renderText: () => "\n",
  addKeyboardShortcuts() {
    return { "Shift-Enter": () => this.editor.commands.insertContent({ type: this.name }) };
  },
});

export const Underline = Mark.create({
  name: "underline",
  parseHTML: () => [{ tag: "u" }],
  renderHTML: ({ HTMLAttributes }) => ["u", HTMLAttributes, 0],
  addKeyboardShortcuts() {
    return { "Mod-u": () => this.editor.commands.toggleMark(this.name) };
  },
});

export const Code = Mark.create({
  name: "code",
  excludes: "_",
  parseHTML: () => [{ tag: "code" }],
  renderHTML: ({ HTMLAttributes }) => ["code", HTMLAttributes, 0],
  addInputRules() {
    return [markInputRule({ find: /(?:^|\s)`([^`]+)`$/, type: this.type })];
  },
});

export const Blockquote = Node.create({
  name: "blockquote",
  group: "block",
  content: "block+",
  defining: true,
  parseHTML: () => [{ tag: "blockquote" }],
  renderHTML: ({ HTMLAttributes }) => ["blockquote", HTMLAttributes, 0],
  addInputRules() {
    return [wrappingInputRule({ find: /^\s*>\s$/, type: this.type })];
  },
});

/** Somebody of the staff, or a team, by name: a link that the server resolves. */
export const Mention = Node.create({
  name: "mention",
  group: "inline",
  inline: true,
  atom: true,
  addAttributes: () => ({ id: { default: "" }, name: { default: "" } }),
  parseHTML: () => [
    {
      tag: 'a[href^="mention:"]',
      priority: 100,
      getAttrs: (element) => ({
        id: element.getAttribute("href")?.slice("mention:".length) ?? "",
        name: element.textContent?.replace(/^@/, "") ?? "",
      }),
    },
  ],
  renderHTML: ({ node, HTMLAttributes }) => [
    "a",
    mergeAttributes({ href: `mention:${node.attrs.id}` }, { class: HTMLAttributes.class }),
    `@${node.attrs.name}`,
  ],
  renderText: ({ node }) => `@${node.attrs.name}`,
});
