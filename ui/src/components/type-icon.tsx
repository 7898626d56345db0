// Owns how the sort of an event or call is shown: a drawing for the ones we ship, for others the letters and the hue that
// their producer chose or that come from the type's name.
import { Icon, type IconName } from "./icon";

const SORTS: Record<string, IconName> = { step: "step", llm: "llm", tool: "tool", search: "lens", run: "run", node: "node", plan: "graph" };

export function sortOf(type: string): IconName {
  return SORTS[/^[a-z]+/.exec(type)?.[0] ?? ""] ?? "other";
}

export function TypeIcon({ type, icon, hue }: { type: string; icon: string; hue: number }) {
  if (icon === "") return <Icon name={sortOf(type)} class="kind" />;
  return (
    <span class={`kind own-kind ${hue >= 0 ? "has-hue" : ""}`} aria-hidden="true" title={type} ref={(element) => element?.style.setProperty("--hue", String(Math.max(hue, 0)))}>
      {icon}
    </span>
  );
}
