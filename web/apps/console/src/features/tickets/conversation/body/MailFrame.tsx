import font from "@fontsource-variable/ibm-plex-sans/files/ibm-plex-sans-latin-wght-normal.woff2?url";
import { t } from "@helpdesk/i18n";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { queries } from "../../../../app.ts";
import { fileLinkQuery } from "../../api.ts";
import style from "./mail.css?url";
import { inert, type Prepared, quoteMark } from "./prepare.ts";

/** Variables of the page that the inside of a mail is drawn with. */
const colours = ["--ink-1", "--ink-2", "--line", "--petrol"];
const inlineFile = /^\/api\/v1\/files\/(fil_[0-9a-z]+)\/$/;

type Props = {
  prepared: Prepared;
  /** Whether pictures of other hosts are fetched. */
  withImages: boolean;
  withQuote: boolean;
  onResize: () => void;
};

/**
 * A mail in a frame of its own: no scripts, no forms, nothing from other hosts unless pictures were allowed. What is
 * pressed in it reaches the page, so that keys go on working.
 */
export function MailFrame({ prepared, withImages, withQuote, onResize }: Props) {
  const frame = useRef<HTMLIFrameElement>(null);
  const [height, setHeight] = useState(44);
  const links = useFileLinks(prepared);
  const document = useMemo(
    () => (links ? page(prepared, withImages, withQuote, links) : undefined),
    [prepared, withImages, withQuote, links],
  );
  useEffect(() => {
    const element = frame.current;
    if (!element || document === undefined) return;
    let stop = () => {};
    const onLoad = () => {
      stop();
      stop = connect(element, (next) => setHeight((old) => (Math.abs(old - next) > 1 ? next : old)));
    };
    element.addEventListener("load", onLoad);
    element.srcdoc = inert(document);
    return () => {
      element.removeEventListener("load", onLoad);
      stop();
    };
  }, [document]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever measures wants to know of a new height.
  useEffect(onResize, [height]);
  return (
    <iframe
      ref={frame}
      title={t("tickets.mail")}
      sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"
      referrerPolicy="no-referrer"
      style={{ blockSize: height }}
      className="block w-full border-0"
    />
  );
}

/** Where the pictures that came with the mail can be seen; undefined until that is known. */
function useFileLinks(prepared: Prepared): Map<string, string> | undefined {
  const ids = useMemo(
    () =>
      Array.from(
        prepared.body.querySelectorAll("img[src]"),
        (image) => inlineFile.exec(image.getAttribute("src") ?? "")?.[1],
      ).filter((id) => id !== undefined),
    [prepared],
  );
  const { data } = useQuery({
    queryKey: ["files", "links", ids],
    queryFn: async () => {
      const link = async (id: string): Promise<[string, string] | undefined> =>
        queries.fetchQuery(fileLinkQuery(id)).then(
          (address) => [id, address],
          () => undefined,
        );
      return new Map((await Promise.all(ids.map(link))).filter((entry) => entry !== undefined));
    },
    enabled: ids.length > 0,
    staleTime: 4 * 60_000,
    gcTime: 4 * 60_000,
  });
  const none = useMemo(() => new Map<string, string>(), []);
  return ids.length === 0 ? none : data;
}

/** The document in the frame. */
function page({ body }: Prepared, withImages: boolean, withQuote: boolean, links: Map<string, string>): string {
  const copy = body.cloneNode(true) as HTMLElement;
  for (const image of copy.querySelectorAll("img")) {
    const id = inlineFile.exec(image.getAttribute("src") ?? "")?.[1];
    if (id) image.setAttribute("src", links.get(id) ?? "");
    const remote = image.getAttribute("data-src");
    if (remote && withImages) {
      image.setAttribute("src", remote.replace(/^http:/i, "https:"));
      image.removeAttribute("data-src");
    }
  }
  if (!withQuote) for (const quote of copy.querySelectorAll(`[${quoteMark}]`)) quote.setAttribute("hidden", "");
  const pictures = withImages ? `${location.origin} https:` : location.origin;
  const policy = `default-src 'none'; style-src ${location.origin}; img-src ${pictures}; font-src ${location.origin}; base-uri 'none'; form-action 'none'`;
  return `<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><meta name="referrer" content="no-referrer"><link rel="stylesheet" href="${new URL(style, location.origin).href}"><body dir="auto"><div id="scroll">${copy.innerHTML}</div>`;
}

/** Gives the frame its colours, follows its height and passes on what is pressed in it. */
function connect(frame: HTMLIFrameElement, onHeight: (height: number) => void): () => void {
  const inside = frame.contentDocument;
  if (!inside) return () => {};
  const root = inside.documentElement;
  const paint = () => {
    const page = getComputedStyle(globalThis.document.documentElement);
    for (const name of colours) root.style.setProperty(name, page.getPropertyValue(name));
    root.style.colorScheme = page.colorScheme;
  };
  paint();
  addFont(inside);
  const themes = new MutationObserver(paint);
  themes.observe(globalThis.document.documentElement, { attributeFilter: ["data-theme", "data-contrast"] });
  const sizes = new ResizeObserver(() => onHeight(Math.ceil(inside.body.getBoundingClientRect().height)));
  sizes.observe(inside.body);
  const onKey = (event: KeyboardEvent) => {
    const copy = new KeyboardEvent(event.type, {
      key: event.key,
      code: event.code,
      ctrlKey: event.ctrlKey,
      metaKey: event.metaKey,
      shiftKey: event.shiftKey,
      altKey: event.altKey,
      bubbles: true,
      cancelable: true,
    });
    if (!frame.dispatchEvent(copy)) event.preventDefault();
  };
  inside.addEventListener("keydown", onKey);
  return () => {
    themes.disconnect();
    sizes.disconnect();
    inside.removeEventListener("keydown", onKey);
  };
}

/** The typeface of the page, which the frame does not inherit. */
function addFont(inside: Document) {
  const { FontFace: Face } = inside.defaultView as unknown as typeof globalThis;
  const face = new Face("Plex", `url(${new URL(font, location.origin).href})`, { weight: "100 700" });
  inside.fonts.add(face);
}
