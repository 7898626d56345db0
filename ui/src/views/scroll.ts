// Owns what a scroll says of its viewer. A list that becomes shorter, or a pane that becomes higher, scrolls as well, and
// then stands at its end: that is nobody's wish.

/** Whether somebody who stood at `from` looks back. */
export function looksBack(box: HTMLElement, from: number): boolean {
  return box.scrollTop < from && !isAtEnd(box);
}

export function isAtEnd(box: HTMLElement): boolean {
  return box.scrollTop + box.clientHeight >= box.scrollHeight - 4;
}
