// Owns the line between picture and events, which can be moved.
import { changeShare, share, view } from "./state";

export function Divider() {
  if (view.value === "events") return null;
  return (
    <div
      class="divider" role="separator" aria-orientation="horizontal" aria-label="Room for picture and events" aria-controls="picture" tabIndex={0}
      aria-valuenow={share.value} aria-valuemin={15} aria-valuemax={85}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={(event) => {
        const middle = event.currentTarget.parentElement?.getBoundingClientRect();
        if (event.buttons === 1 && middle) changeShare(((event.clientY - middle.top) / middle.height) * 100);
      }}
      onDblClick={() => changeShare(46)}
      onKeyDown={(event) => {
        const by = event.key === "ArrowUp" ? -4 : event.key === "ArrowDown" ? 4 : 0;
        if (by === 0) return;
        event.preventDefault();
        changeShare(share.peek() + by);
      }}
    />
  );
}
