// Owns putting text on the clipboard, also where the page has no permission to, and saying that it happened.
import { useEffect, useState } from "preact/hooks";
import { Icon, type IconName } from "./icon";

/** A button that copies what `text` returns, now or later. */
export function CopyButton({ label, text, icon = "copy" }: { label: string; text: () => string | Promise<string>; icon?: IconName }) {
  const [said, setSaid] = useState("");
  useEffect(() => {
    if (said === "") return undefined;
    const timer = setTimeout(() => setSaid(""), 1500);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = async () => setSaid((await copyText(await text())) ? "Copied" : "Copying is not allowed here");
  return (
    <button type="button" class="button quiet" onClick={() => void copy()}>
      <Icon name={icon} />
      <span aria-live="polite">{said || label}</span>
    </button>
  );
}

/** Whether the text is on the clipboard now. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Pages that are not served over https or from this machine have no clipboard; selecting still works there.
    return writeBySelection(text);
  }
}

function writeBySelection(text: string): boolean {
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "visually-hidden";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}
