// Owns opening a recording: by dropping it anywhere on the page, or by choosing it.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Icon } from "../components/icon";
import { openFile } from "./state";

const over = signal(false);

export function chooseFile(): void {
  const input = document.createElement("input");
  input.type = "file";
  input.accept = ".ndjson,.jsonl,.json,.txt";
  input.addEventListener("change", () => {
    const [file] = input.files ?? [];
    if (file) openFile(file, file.name);
  });
  input.click();
}

function holdsFile(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes("Files") === true;
}

export function DropZone() {
  useEffect(() => {
    const enter = (event: DragEvent): void => {
      if (!holdsFile(event)) return;
      // Without this the browser would leave the page and show the file itself.
      event.preventDefault();
      over.value = true;
    };
    const leave = (event: DragEvent): void => {
      if (event.relatedTarget === null) over.value = false;
    };
    const drop = (event: DragEvent): void => {
      if (!holdsFile(event)) return;
      event.preventDefault();
      over.value = false;
      const [file] = event.dataTransfer?.files ?? [];
      if (file) openFile(file, file.name);
    };
    document.addEventListener("dragover", enter);
    document.addEventListener("dragleave", leave);
    document.addEventListener("drop", drop);
    return () => {
      document.removeEventListener("dragover", enter);
      document.removeEventListener("dragleave", leave);
      document.removeEventListener("drop", drop);
    };
  }, []);
  if (!over.value) return null;
  return (
    <div class="drop-zone">
      <p><Icon name="file" /> Drop a recording (NDJSON) to look at it. Nothing leaves this page.</p>
    </div>
  );
}
