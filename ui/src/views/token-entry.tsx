// Owns the field for a token, shown where the bridge asks for one. What is typed goes to the bridge and nowhere else.
import { useSignal } from "@preact/signals";
import { enter } from "../core/access";
import { send } from "./link";

export function TokenEntry({ bridge }: { readonly bridge: string }) {
  const wrong = useSignal("");
  const show = async (event: SubmitEvent) => {
    // The page's policy forbids forms to go anywhere.
    event.preventDefault();
    const field = (event.currentTarget as HTMLFormElement).elements.namedItem("token") as HTMLInputElement;
    wrong.value = await enter([bridge], field.value, (url, init) => fetch(url, init));
    if (wrong.value === "") send({ kind: "retry" });
    else field.select();
  };
  return (
    <form class="token-entry" onSubmit={(event) => void show(event)}>
      {wrong.value !== "" && <span role="alert">{wrong.value}</span>}
      <input name="token" type="password" aria-label="Token of the bridge" placeholder="Token" autocomplete="off" autofocus required />
      <button type="submit" class="button">Enter</button>
    </form>
  );
}
