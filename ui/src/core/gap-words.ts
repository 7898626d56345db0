// Owns the words of the rows that say what is missing from the stream.

/** Events that are gone; null where nobody knows how many. */
export function gapText(lost: number | null, why: string): string {
  const events = lost === null ? "An unknown number of events" : `${lost.toLocaleString("en")} event${lost === 1 ? "" : "s"}`;
  if (why === "trimmed" || why === "") return `${events} trimmed before they could be read`;
  return `${events} lost: ${why}`;
}

/** The log is another one from here on. */
export function resetText(why: string): string {
  const reason = why || "the log was deleted or restored";
  return `${reason.charAt(0).toUpperCase()}${reason.slice(1)}; what follows is new`;
}
