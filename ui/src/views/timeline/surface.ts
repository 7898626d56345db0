// Owns a canvas as sharp as the screen: sized in device pixels, drawn in CSS pixels, once an animation frame at most.
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Pen } from "./draw";

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The size of an element, kept up to date. */
export function useSize(element: RefObject<HTMLElement | null>): Size {
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  useEffect(() => {
    const box = element.current;
    if (!box) return undefined;
    const observer = new ResizeObserver(() => setSize({ width: box.clientWidth, height: box.clientHeight }));
    observer.observe(box);
    return () => observer.disconnect();
  }, [element]);
  return size;
}

/** Draws on the canvas after each render that changed something, in the next frame. */
export function useDrawing(canvas: RefObject<HTMLCanvasElement | null>, { width, height }: Size, draw: (pen: Pen) => void): void {
  const pending = useRef(0);
  const latest = useRef(draw);
  latest.current = draw;
  const fitted = useRef("");
  // Before the frame, so that the picture is in the same one as the rows beside it.
  useLayoutEffect(() => {
    const surface = canvas.current;
    const pen = surface?.getContext("2d");
    if (!surface || !pen || width === 0 || height === 0 || pending.current !== 0) return;
    pending.current = requestAnimationFrame(() => {
      pending.current = 0;
      const sharp = devicePixelRatio || 1;
      // Measured only where it may have changed: whoever measures while rows change has all of them laid out.
      const wanted = `${width} ${height} ${sharp}`;
      if (fitted.current !== wanted) fit(surface, sharp);
      fitted.current = wanted;
      pen.setTransform(sharp, 0, 0, sharp, 0, 0);
      latest.current(pen);
    });
  });
  useEffect(() => () => {
    cancelAnimationFrame(pending.current);
    pending.current = 0;
  }, []);
}

function fit(surface: HTMLCanvasElement, sharp: number): void {
  const [across, down] = [Math.round(surface.clientWidth * sharp), Math.round(surface.clientHeight * sharp)];
  if (surface.width !== across) surface.width = across;
  if (surface.height !== down) surface.height = down;
}
