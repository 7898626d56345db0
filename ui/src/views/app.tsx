// Owns how the page is divided: bar, figures, tree, table, details.
import { details, tab } from "./state";
import { Connection } from "./connection";
import { Details } from "./details";
import { EventTable } from "./event-table";
import { FilterBar } from "./filter-bar";
import { Help } from "./help";
import { SpanTree } from "./span-tree";
import { Figures } from "./figures";
import { TopBar } from "./top-bar";

export function App() {
  return (
    <div class={`app ${details.value ? "has-details" : ""}`} data-tab={tab.value}>
      <TopBar />
      <Connection />
      <Figures />
      <Tabs />
      <main class="panes">
        <section class="pane tree-pane" data-pane="tree" aria-label="Spans">
          <SpanTree />
        </section>
        <section class="pane table-pane" data-pane="table" aria-label="Events">
          <FilterBar />
          <EventTable />
        </section>
        <Details />
      </main>
      <Help />
    </div>
  );
}

/** Where there is no room for both lists, one at a time. */
function Tabs() {
  return (
    <nav class="tabs" aria-label="Lists">
      <button type="button" aria-pressed={tab.value === "table"} onClick={() => (tab.value = "table")}>Events</button>
      <button type="button" aria-pressed={tab.value === "tree"} onClick={() => (tab.value = "tree")}>Spans</button>
    </nav>
  );
}
