// Owns reading a recording from a file: NDJSON of events or of a bridge's lines, in pieces, so that a large one neither
// fills the memory twice nor stops the page. A line that is no event is counted and left out.
import type { SourceView } from "./messages";
import { isRecord, readFrames, type Frame } from "./protocol";

export type RecordingView = Extract<SourceView, { kind: "recording" }>;

const PIECE_BYTES = 256 * 1024;

/** A line beyond this is no event; most likely the file holds something else. */
const LONGEST_LINE = 16 * 1024 * 1024;

/** Reads a file piece by piece; `frame` gets what is in it, `progress` how far it is. */
export class Recording {
  private state: RecordingView;
  private rest = "";
  private line = 0;
  private closed = false;

  constructor(private readonly file: Blob, name: string, demo: boolean, private readonly frame: (frame: Frame) => void, private readonly progress: (view: RecordingView) => void) {
    this.state = { kind: "recording", name, demo, bytes: file.size, bytesRead: 0, badLines: 0, firstBad: "", error: "", done: false };
  }

  get view(): RecordingView {
    return this.state;
  }

  /** Nothing more will be read. */
  close(): void {
    this.closed = true;
  }

  async read(): Promise<void> {
    const decoder = new TextDecoder();
    try {
      for (let at = 0; at < this.file.size && !this.closed; at += PIECE_BYTES) {
        const bytes = await this.file.slice(at, at + PIECE_BYTES).arrayBuffer();
        this.take(decoder.decode(bytes, { stream: true }));
        this.change({ bytesRead: Math.min(at + bytes.byteLength, this.file.size) });
      }
      this.take(`${decoder.decode()}\n`);
    } catch (error) {
      this.change({ error: `The file could not be read to its end: ${error instanceof Error ? error.message : String(error)}` });
    }
    if (!this.closed) this.change({ done: true });
  }

  private take(text: string): void {
    const lines = (this.rest + text).split("\n");
    this.rest = lines.pop() ?? "";
    if (this.rest.length > LONGEST_LINE) {
      this.bad(`Line ${this.line + 1} has more than ${LONGEST_LINE / 1024 / 1024} MB. Is this a recording?`);
      this.rest = "";
    }
    for (const line of lines) this.takeLine(line);
  }

  private takeLine(written: string): void {
    this.line += 1;
    // A JSON array with an event a line reads like NDJSON without its brackets and commas.
    const line = written.replace(/^\uFEFF/, "").trim().replace(/,$/, "");
    if (line === "" || line === "[" || line === "]") return;
    const frame = frameOf(line);
    if (frame === "bad") this.bad(`Line ${this.line} is no event: ${line.slice(0, 80)}`);
    else if (frame) this.frame(frame);
  }

  private bad(what: string): void {
    this.change({ badLines: this.state.badLines + 1, firstBad: this.state.firstBad || what });
  }

  private change(change: Partial<RecordingView>): void {
    this.state = { ...this.state, ...change };
    this.progress(this.state);
  }
}

/** What a line says; nothing for what only a connection needs. */
export function frameOf(line: string): Frame | "bad" | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return "bad";
  }
  if (!isRecord(value)) return "bad";
  if (isRecord(value["event"]) || typeof value["control"] === "string") {
    const [frame] = readFrames(line);
    return frame?.kind === "unreadable" ? "bad" : frame?.kind === "event" || frame?.kind === "gap" || frame?.kind === "reset" ? frame : undefined;
  }
  if (typeof value["type"] !== "string" && !isRecord(value["payload"])) return "bad";
  return { kind: "event", cursor: typeof value["cursor"] === "string" ? value["cursor"] : "", event: value, text: line.includes("\\u") ? JSON.stringify(value) : line };
}
