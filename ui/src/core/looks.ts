// Owns how an event type that this page does not know is told apart: by what its producer says (`label`, `icon`, `color`
// in the payload), else by a colour that belongs to the type's name. It knows no style sheet.

/** Hue is an angle, -1 for none. */
export interface Look {
  readonly icon: string;
  readonly hue: number;
}

const PLAIN: Look = { icon: "", hue: -1 };

/** Types of the catalogue have looks of their own. */
const CATALOGUE = /^(step|llm|llm_call|tool|search|run|node|plan|producer|bus|events)_|^(stream_gap|invalid_entry|\(no type\))$/;

/** Named colours as hues; grey, black and white are no hue. */
const HUES: Record<string, number> = {
  red: 0, crimson: 348, tomato: 9, coral: 16, orange: 39, brown: 25, gold: 51, yellow: 60, olive: 60, lime: 120, green: 120,
  emerald: 140, teal: 180, cyan: 180, aqua: 180, turquoise: 174, sky: 197, blue: 240, navy: 240, indigo: 275, violet: 300,
  purple: 300, magenta: 300, fuchsia: 300, pink: 350, rose: 350,
};

export function lookOf(type: string, payload: Record<string, unknown>): Look {
  const { icon, color } = payload;
  const said = typeof color === "string" ? hueOf(color) : -1;
  const drawn = typeof icon === "string" ? graphemes(icon, 2) : "";
  if (said < 0 && drawn === "" && CATALOGUE.test(type)) return PLAIN;
  return { icon: drawn, hue: said >= 0 ? said : CATALOGUE.test(type) ? -1 : hueOfName(type) };
}

/** What a producer wants its event to be called, if it says. */
export function labelOf(payload: Record<string, unknown>): string {
  const { label } = payload;
  return typeof label === "string" ? label.slice(0, 160) : "";
}

/** The hue of a CSS colour in the forms that people write, -1 for one that has none or is not understood. */
export function hueOf(color: string): number {
  const text = color.trim().toLowerCase();
  if (Object.hasOwn(HUES, text)) return HUES[text] ?? -1;
  const angle = /^hsla?\(\s*(-?[\d.]+)/.exec(text)?.[1];
  if (angle !== undefined) return ((Math.round(Number(angle)) % 360) + 360) % 360;
  const hex = /^#([\da-f]{3}|[\da-f]{6})$/.exec(text)?.[1];
  if (hex !== undefined) {
    const digits = hex.length === 3 ? [...hex].map((digit) => digit + digit) : (hex.match(/../g) ?? []);
    return hueOfChannels(digits.map((pair) => Number.parseInt(pair, 16)));
  }
  const channels = /^rgba?\(\s*(\d+)[\s,]+(\d+)[\s,]+(\d+)/.exec(text);
  return channels ? hueOfChannels(channels.slice(1, 4).map(Number)) : -1;
}

/** The same name has the same hue on every page; neighbours in the alphabet are far apart. */
export function hueOfName(name: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < name.length; at += 1) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  // Twelve hues are as many as an eye keeps apart.
  return (((hash ^ (hash >>> 15)) >>> 0) % 12) * 30;
}

function hueOfChannels(channels: readonly number[]): number {
  const [red = 0, green = 0, blue = 0] = channels;
  const [top, bottom] = [Math.max(red, green, blue), Math.min(red, green, blue)];
  const range = top - bottom;
  if (range === 0) return -1;
  const sixths = top === red ? (green - blue) / range : top === green ? 2 + (blue - red) / range : 4 + (red - green) / range;
  return (Math.round(sixths * 60) + 360) % 360;
}

function graphemes(text: string, most: number): string {
  const parts = new Intl.Segmenter("en", { granularity: "grapheme" }).segment(text.slice(0, 64).trim());
  return [...parts].slice(0, most).map(({ segment }) => segment).join("");
}
