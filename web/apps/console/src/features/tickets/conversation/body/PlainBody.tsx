import { Fragment, type ReactNode } from "react";
import { quoteMark } from "./prepare.ts";

/** The elements that running text is made of; whatever else there were would be shown as its text. */
const elements: Record<string, string> = {
  P: "my-2 first:mt-0 last:mb-0",
  B: "font-semibold",
  STRONG: "font-semibold",
  I: "italic",
  EM: "italic",
  U: "underline",
  S: "line-through",
  DEL: "line-through",
  INS: "underline",
  MARK: "bg-warn-soft text-ink-1",
  SMALL: "text-13",
  SUB: "",
  SUP: "",
  CODE: "rounded-row bg-line-soft px-1 font-mono text-13",
  KBD: "font-mono text-13",
  SAMP: "font-mono text-13",
  VAR: "italic",
  PRE: "my-2 overflow-x-auto rounded-row bg-line-soft p-2 font-mono text-13 whitespace-pre",
  BLOCKQUOTE: "my-2 border-s-2 border-line ps-3 text-ink-2",
  UL: "my-2 list-disc ps-5",
  OL: "my-2 list-decimal ps-5",
  LI: "",
  H1: "mt-3 mb-1 text-16 font-semibold first:mt-0",
  H2: "mt-3 mb-1 text-16 font-semibold first:mt-0",
  H3: "mt-3 mb-1 font-semibold first:mt-0",
  H4: "mt-3 mb-1 font-semibold first:mt-0",
  H5: "mt-3 mb-1 font-semibold first:mt-0",
  H6: "mt-3 mb-1 font-semibold first:mt-0",
  HR: "my-3 border-line",
  ABBR: "",
  CITE: "italic",
  Q: "",
};
const headings = /^H[1-6]$/;

/** Running text as elements of the page: built one by one, so that nothing but these can come out of it. */
export function PlainBody({ body, withQuote }: { body: HTMLElement; withQuote: boolean }) {
  return <>{children(body, withQuote)}</>;
}

const children = (node: Node, withQuote: boolean): ReactNode[] =>
  // biome-ignore lint/suspicious/noArrayIndexKey: the body of a message never changes.
  Array.from(node.childNodes, (child, place) => <Fragment key={place}>{draw(child, withQuote)}</Fragment>);

function draw(node: ChildNode, withQuote: boolean): ReactNode {
  if (node.nodeType === Node.TEXT_NODE) return node.textContent;
  if (!(node instanceof HTMLElement)) return null;
  if (node.hasAttribute(quoteMark))
    return withQuote ? <div className="mt-2 text-ink-2">{children(node, true)}</div> : null;
  if (node.tagName === "BR") return <br />;
  if (node.tagName === "HR") return <hr className={elements.HR} />;
  if (node.tagName === "A") return <BodyLink element={node}>{children(node, withQuote)}</BodyLink>;
  const look = elements[node.tagName];
  if (look === undefined) return children(node, withQuote);
  // A heading of a message is none of the page.
  const Tag = (headings.test(node.tagName) ? "p" : node.tagName.toLowerCase()) as "p";
  return (
    <Tag dir="auto" className={look}>
      {children(node, withQuote)}
    </Tag>
  );
}

const schemes = /^(https?:|mailto:|tel:)/i;
const mention = /^mention:/;

function BodyLink({ element, children }: { element: HTMLElement; children: ReactNode }) {
  const address = element.getAttribute("href") ?? "";
  if (mention.test(address)) {
    return <bdi className="rounded-row bg-petrol-soft px-1 font-medium text-petrol">{children}</bdi>;
  }
  if (!schemes.test(address)) return children;
  return (
    <a
      href={address}
      target="_blank"
      rel="noopener noreferrer nofollow"
      className="break-words text-petrol underline underline-offset-2"
    >
      {children}
    </a>
  );
}
