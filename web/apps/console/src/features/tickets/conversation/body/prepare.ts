/** A body of a message, looked at but not shown yet. The server has sanitized it. */
export type Prepared = {
  body: HTMLElement;
  /** Made of running text only, so that it is drawn as part of the page; anything else gets a frame of its own. */
  isPlain: boolean;
  /** Pictures that lie on other hosts. */
  remoteImages: number;
  hasQuote: boolean;
};

type Policy = { createHTML(text: string): string };
type TrustedTypes = { createPolicy(name: string, rules: Policy): Policy };

const trusted = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes;
/** Lets the server's HTML into documents where no script can run: inert ones, and the frame of a mail. */
const policy = trusted?.createPolicy("mail", { createHTML: (text) => text });
export const inert = (html: string): string => policy?.createHTML(html) ?? html;

const runningText = new Set(
  "P BR B STRONG I EM U S DEL INS MARK SMALL SUB SUP CODE KBD SAMP VAR PRE BLOCKQUOTE UL OL LI A H1 H2 H3 H4 H5 H6 HR ABBR CITE Q".split(
    " ",
  ),
);

/** Marks the element that holds what is quoted at the end of a message. */
export const quoteMark = "data-quote";

export function prepare(html: string): Prepared {
  const { body } = new DOMParser().parseFromString(inert(html), "text/html");
  const hasQuote = markQuote(body);
  const elements = Array.from(body.querySelectorAll(`*:not([${quoteMark}])`));
  return {
    body,
    hasQuote,
    isPlain: elements.every((element) => runningText.has(element.tagName)),
    remoteImages: body.querySelectorAll("img[data-src]").length,
  };
}

/** The line that mail programs write over what they quote, in the languages of most of them. */
const attribution =
  /^(on\b.{4,200}\bwrote|am\b.{4,200}\bschrieb|le\b.{4,200}\ba écrit|el\b.{4,200}\bescribió|il\b.{4,200}\bha scritto|op\b.{4,200}\bschreef|.{0,200}كتب)\b.{0,120}:\s*$/isu;
const original = /^-{2,}\s*(original message|ursprüngliche nachricht|forwarded message|message d'origine)\s*-{2,}/i;

/**
 * Puts what is quoted at the end into one element: the last blockquote with the line above it, or everything from
 * "Original Message" on, or lines that begin with ">". False when nothing would be left, or nothing is quoted.
 */
function markQuote(body: HTMLElement): boolean {
  const parent = onlyBlock(body);
  const nodes = Array.from(parent.childNodes).filter((node) => !isBlank(node));
  const begin = quoteBegin(nodes);
  if (begin <= 0) return false;
  const quote = body.ownerDocument.createElement("div");
  quote.setAttribute(quoteMark, "");
  nodes[begin]?.parentNode?.insertBefore(quote, nodes[begin] ?? null);
  for (const node of nodes.slice(begin)) quote.append(node);
  return true;
}

/** Mail programs like to put everything into one division. */
function onlyBlock(element: HTMLElement): HTMLElement {
  const filled = Array.from(element.childNodes).filter((node) => !isBlank(node));
  const [only] = filled;
  return filled.length === 1 && only?.nodeName === "DIV" ? onlyBlock(only as HTMLElement) : element;
}

function quoteBegin(nodes: ChildNode[]): number {
  const divider = nodes.findIndex((node) => original.test(text(node)));
  if (divider > 0) return divider;
  let begin = nodes.length;
  while (begin > 0 && isQuote(nodes[begin - 1])) begin -= 1;
  if (begin === nodes.length) return -1;
  if (begin > 0 && attribution.test(text(nodes[begin - 1]))) begin -= 1;
  return begin;
}

const text = (node: ChildNode | undefined) => node?.textContent?.trim() ?? "";
const isBlank = (node: ChildNode) => node.nodeName === "BR" || (node.nodeType === Node.TEXT_NODE && text(node) === "");

function isQuote(node: ChildNode | undefined): boolean {
  if (!(node instanceof HTMLElement)) return false;
  if (node.tagName === "BLOCKQUOTE") return true;
  const [first] = Array.from(node.children);
  const holdsQuote = node.tagName === "DIV" && node.querySelector("blockquote") !== null;
  if (holdsQuote && (first?.tagName === "BLOCKQUOTE" || attribution.test(beforeQuote(node)))) return true;
  return (
    node.tagName === "P" &&
    text(node)
      .split("\n")
      .every((line) => line.trim().startsWith(">"))
  );
}

/** The text of a division up to its first blockquote. */
function beforeQuote(element: HTMLElement): string {
  const copy = element.cloneNode(true) as HTMLElement;
  for (const quote of copy.querySelectorAll("blockquote")) quote.remove();
  return text(copy);
}
