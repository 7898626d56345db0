// Owns reading the theme's colours for what is drawn by hand. The style sheet decides them; nothing here does.
import type { Palette } from "./draw";

let probe: HTMLElement | undefined;

/** A colour of the style sheet as it is now, in words a canvas knows. */
export function colourOf(name: string): string {
  if (!probe) {
    probe = document.createElement("span");
    probe.className = "probe";
    document.body.append(probe);
  }
  probe.style.color = `var(--${name})`;
  return getComputedStyle(probe).color;
}

export function readPalette(): Palette {
  const sans = getComputedStyle(document.body).fontFamily;
  return {
    text: colourOf("text"), muted: colourOf("muted"), line: colourOf("line"), surface: colourOf("surface"), chosen: colourOf("chosen"), hover: colourOf("hover"),
    accent: colourOf("accent"), done: colourOf("done"), llm: colourOf("llm"), running: colourOf("running"), error: colourOf("error"), cancelled: colourOf("cancelled"),
    lost: colourOf("lost"), font: `12px ${sans}`,
  };
}
