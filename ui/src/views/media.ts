// Owns the one measure of layout that script has to know: how high a row is.
import { signal } from "@preact/signals";

const narrow = matchMedia("(max-width: 640px)");

/** Whether rows stand on two lines, high enough for a finger. */
export const isNarrow = signal(narrow.matches);

narrow.addEventListener("change", () => (isNarrow.value = narrow.matches));

/** Must equal `--row` in the style sheet. */
export function rowHeight(): number {
  return isNarrow.value ? 44 : 24;
}
