// Owns the list of keys.
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "../components/icon";
import { KEYS, keysOn, turnKeys } from "./keys";
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
        <div class="help-groups">
          {[...new Set(KEYS.map(({ group }) => group))].map((name) => (
            <section key={name}>
              <h3>{name}</h3>
              <dl>
                {KEYS.filter(({ group }) => group === name).map(({ shown, does }) => (
                  <div key={shown}>
                    <dt>{shown.split(" ").map((key) => <kbd key={key}>{key}</kbd>)}</dt>
                    <dd>{does}</dd>
                  </div>
                ))}
              </dl>
            </section>
          ))}
        </div>
        <p class="muted">Keys move in the list that has the focus, the events at first.</p>
        <label class="help-off"><input type="checkbox" checked={keysOn.value} onChange={(event) => turnKeys(event.currentTarget.checked)} /> Single keys act; without, only arrows, Enter and Esc do</label>
      </div>
    </dialog>
  );
}
