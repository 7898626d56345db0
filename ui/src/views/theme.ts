// Owns light, dark or as the system has it, and tells who draws by hand when the colours change.
import { signal } from "@preact/signals";
import { keep, kept } from "./settings";

export type Theme = "system" | "light" | "dark";

const ORDER: readonly Theme[] = ["system", "light", "dark"];

export const theme = signal<Theme>(ORDER.find((known) => known === kept("theme")) ?? "system");

/** Grows whenever the colours may have changed. */
export const paint = signal(0);

/** Puts the kept choice on the page. */
export function applyTheme(): void {
  document.documentElement.dataset["theme"] = theme.value;
  paint.value += 1;
}

/** Goes to the next of the three. */
export function nextTheme(): void {
  theme.value = ORDER[(ORDER.indexOf(theme.value) + 1) % ORDER.length] ?? "system";
  applyTheme();
  keep("theme", theme.value);
}

for (const query of ["(prefers-color-scheme: dark)", "(forced-colors: active)"]) {
  matchMedia(query).addEventListener("change", () => (paint.value += 1));
}
