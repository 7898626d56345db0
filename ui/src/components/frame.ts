// Owns what waits for a frame to be on its way.

/** In a task of its own after the next frame: drawing and the frame together would hold up a key for longer. */
export function afterFrame(task: () => void): void {
  requestAnimationFrame(() => setTimeout(task));
}
