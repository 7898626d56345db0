// Owns the measures of layout that script has to know: how high a row is, and whether panes stand beside each other.
import { signal, type Signal } from "@preact/signals";

/** Whether rows stand on two lines, high enough for a finger. */
export const isNarrow = matching("(max-width: 640px)");

/** Whether tree, picture and events stand beside each other; else one at a time. */
export const isWide = matching("(min-width: 1101px)");

function matching(query: string): Signal<boolean> {
  const media = matchMedia(query);
  const matches = signal(media.matches);
  media.addEventListener("change", () => (matches.value = media.matches));
  return matches;
}

/** Must equal `--row` in the style sheet. */
export function rowHeight(): number {
  return isNarrow.value ? 44 : 24;
}
