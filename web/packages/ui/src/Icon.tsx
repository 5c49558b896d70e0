const shapes = {
  inbox: "M2 9l2-6h8l2 6v4H2zM2 9h3.5l1 2h3l1-2H14",
  person: "M8 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2.5 14c.6-2.6 2.7-4 5.5-4s4.9 1.4 5.5 4",
  people:
    "M6 7.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM1.5 13c.4-2.3 2.1-3.5 4.5-3.5s4.1 1.2 4.5 3.5M10.5 7.5a2.3 2.3 0 0 0 0-4.5M12 9.8c1.4.5 2.2 1.6 2.5 3.2",
  at: "M10.5 8a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0zm0 0v1c0 2 3 2 3-1a5.5 5.5 0 1 0-2.5 4.6",
  clock: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 4.5V8l2.5 1.5",
  gauge: "M2.5 12a6 6 0 1 1 11 0M8 10l3-4",
  gear: "M8 10.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4zM8 1.5v2M8 12.5v2M1.5 8h2M12.5 8h2M3.4 3.4l1.4 1.4M11.2 11.2l1.4 1.4M12.6 3.4l-1.4 1.4M4.8 11.2l-1.4 1.4",
  search: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.7 10.7L14 14",
  plus: "M8 3v10M3 8h10",
  close: "M3.5 3.5l9 9M12.5 3.5l-9 9",
  check: "M3 8.5l3.2 3.2L13 5",
  caret: "M4 6.5l4 4 4-4",
  forward: "M6 3.5L10.5 8 6 12.5",
  back: "M10 3.5L5.5 8 10 12.5",
  up: "M8 13V3M4 7l4-4 4 4",
  down: "M8 3v10M4 9l4 4 4-4",
  dots: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  filter: "M2.5 4h11M4.5 8h7M6.5 12h3",
  bell: "M4 7a4 4 0 1 1 8 0c0 3 1.5 4 1.5 4h-11S4 10 4 7zM6.7 13.5a1.5 1.5 0 0 0 2.6 0",
  paperclip: "M13 7.5l-5.3 5.3a3.2 3.2 0 0 1-4.5-4.5L8.7 2.8a2.1 2.1 0 0 1 3 3L6.3 11.2a1 1 0 0 1-1.5-1.4L9.5 5",
  send: "M14 2L7 9M14 2L9.5 14 7 9 2 6.5z",
  reply: "M6.5 4L2.5 8l4 4M3 8h6c3 0 4.5 1.5 4.5 4.5",
  note: "M3 2.5h10v8L10 13.5H3zM13 10.5h-3v3M5.5 6h5M5.5 8.5h3",
  tag: "M2.5 2.5h5l6 6-5 5-6-6zM5.5 5.5h.01",
  flag: "M4 14V2.5M4 3h8l-2 3 2 3H4",
  eye: "M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8zM8 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
  split: "M2.5 3h11v10h-11zM7 3v10",
  table: "M2.5 3h11v10h-11zM2.5 6.5h11M2.5 9.8h11",
  columns: "M2.5 3h11v10h-11zM6.2 3v10M9.8 3v10",
  panel: "M2.5 3h11v10h-11zM10 3v10",
  menu: "M2.5 4.5h11M2.5 8h11M2.5 11.5h11",
  mail: "M2 3.5h12v9H2zM2.5 4l5.5 4.5L13.5 4",
  key: "M9.5 9.5a3.5 3.5 0 1 0-3-3L2 11v3h3l.5-1.5L7 12l.5-1.5z",
  trash: "M3 4.5h10M6 4.5V3h4v1.5M4.5 4.5l.5 9h6l.5-9",
  edit: "M10.5 3l2.5 2.5-7.5 7.5-3 .5.5-3zM9 4.5L11.5 7",
  link: "M6.5 9.5l3-3M7 4.5l1.5-1.5a3 3 0 0 1 4.5 4.5L11.5 9M9 11.5L7.5 13A3 3 0 0 1 3 8.5L4.5 7",
  copy: "M5.5 5.5h8v8h-8zM3 10.5h-.5v-8h8V3",
  download: "M8 2.5v8M4.5 7.5L8 11l3.5-3.5M2.5 13.5h11",
  warning: "M8 2.5l6 11H2zM8 6.5v3.5M8 12h.01",
  phone: "M4 2.5h2l1 3-1.5 1a7 7 0 0 0 4 4l1-1.5 3 1v2c0 1-.7 1.5-1.5 1.5C6.5 13 3 9.5 2.5 4c0-.8.5-1.5 1.5-1.5z",
  globe: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM2 8h12M8 2c4 4 4 8 0 12M8 2c-4 4-4 8 0 12",
  building: "M3.5 14V2.5h9V14M6 5.5h.01M10 5.5h.01M6 8.5h.01M10 8.5h.01M6.5 14v-2.5h3V14M2 14h12",
  out: "M6 2.5H3v11h3M7 8h7M11 5l3 3-3 3",
} as const;

export type IconName = keyof typeof shapes;

/** Those that point along the line, and so turn with the direction of writing. */
const mirrored = new Set<IconName>(["forward", "back", "reply", "send", "out", "panel"]);

/** A sign of 16 px, drawn with the colour of the text. It says nothing by itself: whoever uses it names it. */
export function Icon({ name, className = "" }: { name: IconName; className?: string }) {
  return (
    <svg
      aria-hidden="true"
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth={name === "dots" ? 2.4 : 1.5}
      strokeLinecap="round"
      strokeLinejoin="round"
      className={`size-4 shrink-0 ${mirrored.has(name) ? "rtl:-scale-x-100" : ""} ${className}`}
    >
      <path d={shapes[name]} />
    </svg>
  );
}
