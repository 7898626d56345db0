// Owns the few drawings of the page. They are strokes in the colour of the text around them, so they hold in both
// themes, and never depend on which fonts a machine has.
import { Ring } from "./ring";

const PATHS = {
  check: "M3 8.5l3.2 3.2L13 4.8",
  cross: "M4 4l8 8M12 4l-8 8",
  bolt: "M8 2.5v6M8 12.2v.6",
  ban: "M8 2.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 0 1 0-11zM4.2 4.2l7.6 7.6",
  lost: "M5.5 6a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1.9-1.1 1.8M8 12.6v.4",
  triangle: "M5 3.5v9l7-4.5z",
  back: "M12.5 5v3.5h-9M6.5 5.5l-3 3l3 3",
  warn: "M8 2.5l6 11H2zM8 6.5v3.2M8 11.6v.3",
  gap: "M2 8h3M11 8h3M7 5l-1.5 6M10.5 5L9 11",
  circle: "M8 5.5a2.5 2.5 0 1 1 0 5a2.5 2.5 0 0 1 0-5z",
  right: "M6 3.5L10.5 8L6 12.5",
  down: "M3.5 6L8 10.5L12.5 6",
  up: "M8 13V3.5M4 7.5l4-4l4 4",
  "arrow-down": "M8 3v9.5M4 8.5l4 4l4-4",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  search: "M7 2.5a4.5 4.5 0 1 1 0 9a4.5 4.5 0 0 1 0-9zM10.3 10.3l3.2 3.2",
  copy: "M5.5 5.5h8v8h-8zM3.5 10.5h-1v-8h8v1",
  sun: "M8 5a3 3 0 1 1 0 6a3 3 0 0 1 0-6zM8 1.5v1.5M8 13v1.5M1.5 8H3M13 8h1.5M3.4 3.4l1 1M11.6 11.6l1 1M12.6 3.4l-1 1M4.4 11.6l-1 1",
  moon: "M13 9.5A5.5 5.5 0 0 1 6.5 3a5.5 5.5 0 1 0 6.5 6.5z",
  screen: "M2 3.5h12v7.5H2zM6 13.5h4",
  keys: "M1.5 4.5h13v7h-13zM4 7h.1M6.7 7h.1M9.3 7h.1M12 7h.1M5 9.3h6",
  filter: "M2.5 3.5h11L9.5 8.5v4l-3-1.5v-2.5z",
  step: "M3.5 3.5h9v9h-9z",
  llm: "M8 2v12M2.8 5l10.4 6M13.2 5L2.8 11",
  tool: "M9.5 6.5l-6 6M13 5.2A3.2 3.2 0 0 1 8.8 7.2A3.2 3.2 0 0 1 10.8 3l-.3 2.2z",
  run: "M4 14V2.5M4 3h8.5l-2.3 3l2.3 3H4",
  node: "M8 2.5L13.5 8L8 13.5L2.5 8z",
  lens: "M7 3a4 4 0 1 1 0 8a4 4 0 0 1 0-8zM10 10l3.5 3.5",
  quarter: "M8 2.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 0 1 0-11zM8 2.5V8h5.5",
  half: "M8 2.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 0 1 0-11zM8 2.5v11M10.4 4.2v7.6",
  most: "M8 2.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 0 1 0-11zM8 2.5V8H2.5",
  waits: "M8 2.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 0 1 0-11zM6.6 6v4M9.4 6v4",
  pen: "M3 13l.8-3L11 2.8L13.2 5L6 12.2zM9.6 4.2l2.2 2.2",
  think: "M8 2.5l1.3 4.2L13.5 8l-4.2 1.3L8 13.5L6.7 9.3L2.5 8l4.2-1.3z",
  tree: "M3 3h4M3 3v9.5h4M3 7.8h4M9.5 3h3.5M9.5 7.8h3.5M9.5 12.5h3.5",
  graph: "M2 3h4.5v3.5H2zM9.5 9.5H14V13H9.5zM4.2 6.5v4.7h5.3",
  bars: "M2 3.5h6M5 8h7M9 12.5h5",
  rows: "M2.5 3.5h11M2.5 8h11M2.5 12.5h11",
  sum: "M12 3H4.5L8.5 8l-4 5H12",
  file: "M4 1.8h5L12.5 5.3v8.9H4zM9 1.8v3.5h3.5",
  save: "M8 2.5v7.5M4.8 7L8 10.2L11.2 7M2.5 13.5h11",
  link: "M6.8 9.2a2.6 2.6 0 0 0 3.7 0l2.2-2.2a2.6 2.6 0 0 0-3.7-3.7l-.8.8M9.2 6.8a2.6 2.6 0 0 0-3.7 0L3.3 9a2.6 2.6 0 0 0 3.7 3.7l.8-.8",
  previous: "M11 3.5L6.5 8l4.5 4.5M4.5 3.5v9",
  next: "M5 3.5L9.5 8L5 12.5M11.5 3.5v9",
  live: "M8 6a2 2 0 1 1 0 4a2 2 0 0 1 0-4zM4.5 4.5a5 5 0 0 0 0 7M11.5 4.5a5 5 0 0 1 0 7",
  repeat: "M3 8a4 4 0 0 1 4-4h5M10 2l2 2l-2 2M13 8a4 4 0 0 1-4 4H4M6 14l-2-2l2-2",
  fit: "M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10",
  plus: "M8 3.5v9M3.5 8h9",
  minus: "M3.5 8h9",
  other: "M8 6.4a1.6 1.6 0 1 1 0 3.2a1.6 1.6 0 0 1 0-3.2z",
} as const;

export type IconName = keyof typeof PATHS | "ring";

interface IconProps {
  readonly name: IconName;
  readonly class?: string;
  /** What it says to a screen reader; nothing where words stand beside it. */
  readonly label?: string;
}

/** A 16-unit drawing. */
export function Icon({ name, class: className, label }: IconProps) {
  const spoken = label === undefined ? { "aria-hidden": true } : { role: "img" as const, "aria-label": label };
  return (
    <svg class={`icon ${className ?? ""}`} viewBox="0 0 16 16" focusable="false" {...spoken}>
      {name === "ring" ? <Ring /> : <path d={PATHS[name]} />}
    </svg>
  );
}
