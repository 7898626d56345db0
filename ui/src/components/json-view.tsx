// Owns showing JSON: coloured where it is short enough to read, plain where it is long.
import { jsonTokens } from "../core/json";

/** Beyond this, colouring costs more than it helps. */
const COLOURED = 40_000;

export function JsonView({ text }: { text: string }) {
  if (text.length > COLOURED) return <pre class="json" tabIndex={0} aria-label="Event as JSON">{text}</pre>;
  return (
    <pre class="json" tabIndex={0} aria-label="Event as JSON">
      {jsonTokens(text).map(({ kind, text: piece }) => (kind === "mark" ? piece : <span class={`json-${kind}`}>{piece}</span>))}
    </pre>
  );
}
