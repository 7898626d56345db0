// Owns how panes are drawn that were empty: each for a frame of its own. A page that fills all at once, as it does when
// it is opened on a run that is under way, would not answer the viewer's hands meanwhile.
import type { Signal } from "@preact/signals";
import { afterFrame } from "../components/frame";

/** What waits for its frame, by the signal that it is of. */
const waiting = new Map<Signal, () => void>();

/** Sets a signal: now or, if that fills a pane, for a frame to come, with what is the latest by then. */
export function draw<T>(signal: Signal<T>, value: T, isFull: (value: T) => boolean): void {
  const fills = isFull(value) && !isFull(signal.peek());
  if (!fills && !waiting.has(signal as Signal)) {
    signal.value = value;
    return;
  }
  if (waiting.size === 0) afterFrame(fillNext);
  waiting.set(signal as Signal, () => (signal.value = value));
}

function fillNext(): void {
  const [next] = waiting;
  if (!next) return;
  const [signal, set] = next;
  waiting.delete(signal);
  set();
  if (waiting.size > 0) afterFrame(fillNext);
}
