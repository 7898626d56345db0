// Owns how the page is divided: bar, figures, what runs now; tree, picture, events, details; and the line of time.
import { Announcer } from "./announcer";
import { Calls } from "./calls";
import { Counters } from "./counters";
import { Details } from "./details/details";
import { Divider } from "./divider";
import { DropZone } from "./drop";
import { EventTable } from "./event-table";
import { Chips } from "./filter-bar";
import { Figures } from "./figures";
import { Graph } from "./graph/graph";
import { Help } from "./help";
import { Notices } from "./notices";
import { NowLine } from "./now-line";
import { Scrubber } from "./scrubber";
import { SpanTree } from "./span-tree";
import { details, isPast, share, view } from "./state";
import { Timeline } from "./timeline/timeline";
import { TopBar } from "./top-bar";
import { ViewTabs } from "./view-tabs";

export function App() {
  return (
    <div class={`app ${details.value ? "has-details" : ""} ${isPast.value ? "is-past" : ""}`} data-view={view.value}>
      <TopBar />
      <Notices />
      <Figures />
      <NowLine />
      <Chips />
      <main class="panes">
        <section class="pane tree-pane" data-pane="tree" aria-label="Calls">
          <SpanTree />
        </section>
        <Middle />
        <Details />
      </main>
      <footer class="foot">
        <Scrubber />
        <Counters />
      </footer>
      <Help />
      <DropZone />
      <Announcer />
    </div>
  );
}

function Middle() {
  return (
    <div class="middle" ref={(box) => box?.style.setProperty("--share", `${share.value}%`)}>
      <ViewTabs />
      <section class="picture" id="picture" aria-label="Picture of the run">
        <Picture />
      </section>
      <Divider />
      <section class="pane table-pane" data-pane="table" aria-label="Events">
        <EventTable />
      </section>
    </div>
  );
}

function Picture() {
  switch (view.value) {
    case "graph":
      return <Graph />;
    case "calls":
      return <Calls />;
    case "events":
      return null;
    default:
      return <Timeline />;
  }
}
