// Owns the list of keys.
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "../components/icon";
import { KEYS } from "./keys";
import { helpOpen } from "./state";

export function Help() {
  const dialog = useRef<HTMLDialogElement>(null);
  const open = helpOpen.value;
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  const close = () => (helpOpen.value = false);
  return (
    <dialog ref={dialog} class="help" aria-labelledby="help-title" onClose={close} onClick={(event) => event.target === dialog.current && close()}>
      <div class="help-body">
        <header class="details-head">
          <h2 id="help-title">Keys</h2>
          <button type="button" class="button quiet icon-only" aria-label="Close" onClick={close}><Icon name="cross" /></button>
        </header>
        <dl>
          {KEYS.map(({ shown, does }) => (
            <div key={shown}>
              <dt>{shown.split(" ").map((key) => <kbd key={key}>{key}</kbd>)}</dt>
              <dd>{does}</dd>
            </div>
          ))}
        </dl>
        <p class="muted">Keys move in the list that has the focus, the table at first.</p>
      </div>
    </dialog>
  );
}
