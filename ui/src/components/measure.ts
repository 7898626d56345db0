// Owns when the page is measured: once, after all that a change draws is drawn. A list that asked where it stands right
// after it wrote its height would have the browser lay everything out, and the next list would have it done again.

type Look = () => (() => void) | void;

const waiting: Look[] = [];

/** Calls back when everything is drawn, in the same frame. What moves the page is what `look` returns: it comes when all have looked. */
export function afterDrawing(look: Look): void {
  if (waiting.push(look) === 1) queueMicrotask(measure);
}

function measure(): void {
  const looks = waiting.splice(0);
  const moves = looks.map((look) => look());
  for (const move of moves) move?.();
}
