// Owns light, dark or as the system has it. The choice is kept where the browser allows it.
import { signal } from "@preact/signals";

export type Theme = "system" | "light" | "dark";

const KEY = "event-ui.theme";
const ORDER: readonly Theme[] = ["system", "light", "dark"];

export const theme = signal<Theme>(read());

/** Puts the kept choice on the page. */
export function applyTheme(): void {
  document.documentElement.dataset["theme"] = theme.value;
}

/** Goes to the next of the three. */
export function nextTheme(): void {
  theme.value = ORDER[(ORDER.indexOf(theme.value) + 1) % ORDER.length] ?? "system";
  applyTheme();
  try {
    localStorage.setItem(KEY, theme.value);
  } catch {
    // Storage is off or full: the choice then lasts as long as the page.
  }
}

function read(): Theme {
  try {
    const kept = localStorage.getItem(KEY);
    return ORDER.find((known) => known === kept) ?? "system";
  } catch {
    return "system";
  }
}
