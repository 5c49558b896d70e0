const heavy = /font-weight\s*:\s*(?:bold|bolder|[6-9]00)/i;
const light = /font-weight\s*:\s*(?:normal|lighter|[1-4]00)/i;
const slanted = /font-style\s*:\s*(?:italic|oblique)/i;
const upright = /font-style\s*:\s*normal/i;
const tag = /<(\/?)([a-z][\w:-]*)((?:"[^"]*"|'[^']*'|[^'">])*)>/gi;
const marks = new Set(["b", "i", "span", "strong", "em"]);
const kept = /\s(?:href|start|dir|data-pm-slice)\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'>]+)/gi;

/**
 * What other programs put into the clipboard says bold and italic by inline styles, which the page's policy makes
 * unreadable: Google Docs, for one, wraps everything into a `b` that is styled as normal, and all of it would turn bold.
 * So styles become marks on the text of the tags, before any parser sees it. The editor's schema decides what may stay.
 */
export function pasteHtml(html: string): string {
  const closing: string[] = [];
  return html
    .replace(/<(style|script|title|head)\b[\s\S]*?<\/\1\s*>/gi, "")
    .replace(/<!--[\s\S]*?-->/g, "")
    .replace(tag, (_, slash: string, name: string, rest: string) => {
      if (!marks.has(name.toLowerCase())) return `<${slash}${name}${(rest.match(kept) ?? []).join("")}>`;
      if (slash) return closing.pop() ?? "";
      const style = /\sstyle\s*=\s*("[^"]*"|'[^']*')/i.exec(rest)?.[1] ?? "";
      const isBold = heavy.test(style) || (/^(?:b|strong)$/i.test(name) && !light.test(style));
      const isItalic = slanted.test(style) || (/^(?:i|em)$/i.test(name) && !upright.test(style));
      closing.push(`${isItalic ? "</em>" : ""}${isBold ? "</strong>" : ""}`);
      return `${isBold ? "<strong>" : ""}${isItalic ? "<em>" : ""}`;
    });
}
