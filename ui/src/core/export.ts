// Owns turning rows into a file: events as they stand in the log, one a line, so that what was written can be read again
// here, by jq, or by anything that reads NDJSON.
import { GAP } from "./chunk";
import type { Store } from "./store";

export interface ExportedFile {
  readonly name: string;
  readonly blob: Blob;
  readonly events: number;
}

/** Texts that are joined before they become part of a file. */
const PIECE = 1000;

/** Writes the events among some rows; what only this page wrote is no event. */
export function exportRows({ rows }: Store, seqs: readonly number[], name: string, format: "ndjson" | "json"): ExportedFile {
  const events = seqs.filter((seq) => rows.chunkOf(seq) !== undefined && (rows.flagsOf(seq) & GAP) === 0);
  const between = format === "json" ? ",\n" : "\n";
  const parts: string[] = format === "json" ? ["[\n"] : [];
  for (let at = 0; at < events.length; at += PIECE) {
    const texts = events.slice(at, at + PIECE).map((seq) => oneLine(rows.textOf(seq)));
    parts.push(at > 0 ? between : "", texts.join(between));
  }
  parts.push(format === "json" ? "\n]\n" : events.length > 0 ? "\n" : "");
  const type = format === "json" ? "application/json" : "application/x-ndjson";
  return { name: `${name.replace(/[^\w.-]+/g, "-").slice(0, 80)}.${format}`, blob: new Blob(parts, { type }), events: events.length };
}

/** Foreign producers may lay out their JSON over several lines; a line break can only stand between its tokens. */
function oneLine(text: string): string {
  return /[\n\r]/.test(text) ? text.replace(/[\n\r]+/g, " ") : text;
}
