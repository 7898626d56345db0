// Owns what is kept between visits. Where the browser keeps nothing, a choice lasts as long as the page.

const PREFIX = "event-ui.";

/** A setting as it was kept, or empty. */
export function kept(name: string): string {
  try {
    return localStorage.getItem(PREFIX + name) ?? "";
  } catch {
    return "";
  }
}

export function keep(name: string, value: string): void {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // Storage is off or full.
  }
}
