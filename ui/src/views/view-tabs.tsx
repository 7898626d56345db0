// Owns the choice of the view.
import { Icon, type IconName } from "../components/icon";
import { VIEWS, type View } from "./place";
import { isWide } from "./media";
import { view } from "./state";

const NAMES: Record<View, { readonly name: string; readonly icon: IconName }> = {
  tree: { name: "Tree", icon: "tree" },
  graph: { name: "Graph", icon: "graph" },
  timeline: { name: "Timeline", icon: "bars" },
  events: { name: "Events", icon: "rows" },
  calls: { name: "Totals", icon: "sum" },
};

export function ViewTabs() {
  // Where there is room the tree is always there, and the timeline beside it.
  const choices = VIEWS.filter((it) => it !== "tree" || !isWide.value);
  const current = view.value === "tree" && isWide.value ? "timeline" : view.value;
  const move = (event: KeyboardEvent): void => {
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (by === 0) return;
    event.preventDefault();
    const next = choices[(choices.indexOf(current) + by + choices.length) % choices.length];
    if (!next) return;
    view.value = next;
    document.getElementById(`view-${next}`)?.focus();
  };
  return (
    <div class="tabs pane-head" role="tablist" aria-label="Views" onKeyDown={move}>
      {choices.map((it) => (
        <button
          key={it} id={`view-${it}`} type="button" role="tab" aria-selected={it === current} tabIndex={it === current ? 0 : -1} title={`${NAMES[it].name} (${VIEWS.indexOf(it) + 1})`}
          onClick={() => (view.value = it)}
        >
          <Icon name={NAMES[it].icon} />
          <span>{NAMES[it].name}</span>
        </button>
      ))}
    </div>
  );
}
