// Owns the words between the page and the worker: what a view asks for and what it gets. Plain data only, because it
// crosses a thread.
//
// - One snapshot a frame at most, after the page said `painted`. `BLANK` is the one before the first.
// - Sent only if they changed: `runs`, `types`, `details`, and `graph`, `timeline`, `statistics`, which moreover are made
//   only while `show` names them. Keep the last one of each.
// - Time travel: `travel`, `step` and `play` move the moment; `travel` to "live" is the one way back. Every view then says
//   what was known at `moment.seq`; `moment.at` takes the place of now for what is open. Selecting changes no moment.
//   The URL's `t` is a time: travel with `{ at }`.
// - Selection is one for all views: `selection` names row, span and node; a click on a node is `{ kind: "node" }`.
// - A query (`Filter.text`) hides what does not pass, or only marks it where `Filter.marks` is set; then `isDimmed` tells.
// - Times are Unix ms on the log's clock, durations seconds, costs dollars; NaN where nothing is known.
// - Colours of types: `hue` is an angle for a colour that the view makes readable, -1 for none; `icon` is one or two
//   characters or empty. Both come from the event (`icon`, `color` in its payload) or, for types that are not the
//   catalogue's, from the type's name.
import type { Addresses } from "./address";
import type { ConnectionState } from "./connection";
import type { Phase } from "./event";
import type { Filter, Scope } from "./filter";
import type { CountersView, DetailsView, GraphView, MomentView, NowView, QueryView, SourceView, StatisticView, TimelineView, TimelineWindow } from "./pictures";

export type * from "./pictures";

/** Rows of a list that are on screen, or nearly. */
export interface Window {
  readonly from: number;
  readonly count: number;
}

/** The two lists that have a cursor. */
export type Pane = "table" | "tree";

/** What a viewer points at. */
export type Target =
  | { readonly kind: "row"; readonly seq: number }
  | { readonly kind: "span"; readonly key: string }
  | { readonly kind: "move"; readonly pane: Pane; readonly by: number }
  | { readonly kind: "node"; readonly id: string }
  /** By the event's own id, as an address names it. */
  | { readonly kind: "event"; readonly id: string }
  | { readonly kind: "newest-error" }
  /** From the selection on, or from the newest one where nothing is selected: 1 is the next older one, -1 the next newer. */
  | { readonly kind: "error" | "match"; readonly by: 1 | -1 }
  | { readonly kind: "first-error" }
  /** The one call that cost most by itself; of those that cost alike, the longest. */
  | { readonly kind: "costliest" }
  | { readonly kind: "nothing" };

/** Where to go in time: an event, a time, or back to what comes in. */
export type Destination = { readonly seq: number } | { readonly at: number } | "live";

/** What is made only while somebody looks at it. */
export type Picture = "graph" | "timeline" | "statistics";

/** What is written to a file: the shown run, the selected span with all below it (else the event), or the table's rows. */
export type Exported = "run" | "selection" | "table";

/** From the page to the worker. */
export type Request =
  | { readonly kind: "start"; readonly addresses: Addresses }
  | { readonly kind: "scope"; readonly scope: Scope }
  | { readonly kind: "filter"; readonly filter: Filter }
  | { readonly kind: "window"; readonly pane: Pane; readonly window: Window }
  | { readonly kind: "freeze"; readonly pane: Pane; readonly frozen: boolean }
  | { readonly kind: "select"; readonly target: Target }
  | { readonly kind: "toggle"; readonly key: string; readonly open?: boolean }
  | { readonly kind: "fetch-json"; readonly seq: number }
  | { readonly kind: "travel"; readonly to: Destination }
  /** By so many events of the shown run; from live, -1 is the one before the newest. */
  | { readonly kind: "step"; readonly by: number }
  /** Times real time; 0 stops. Ends by itself, live, when it has caught up. */
  | { readonly kind: "play"; readonly speed: number }
  | { readonly kind: "show"; readonly pictures: readonly Picture[] }
  | { readonly kind: "timeline"; readonly window: TimelineWindow }
  /** Reads a recording (NDJSON: events, or a bridge's lines); what comes over the connection is kept aside until `close`. */
  | { readonly kind: "load"; readonly file: Blob; readonly name: string; readonly demo?: boolean }
  | { readonly kind: "close" }
  /** Answered by a `file`. */
  | { readonly kind: "export"; readonly what: Exported; readonly format: "ndjson" | "json" }
  | { readonly kind: "retry" }
  /** The last snapshot is on screen; another may come. */
  | { readonly kind: "painted" };

/** From the worker to the page. */
export type Reply =
  /** `heard` is how many requests, `painted` aside, it comes after. */
  | { readonly kind: "snapshot"; readonly snapshot: Snapshot; readonly heard: number }
  | { readonly kind: "json"; readonly seq: number; readonly text: string }
  | { readonly kind: "file"; readonly name: string; readonly blob: Blob; readonly events: number };

/** Everything that is on screen at one moment. Lists that did not change since the last one are left out. */
export interface Snapshot {
  readonly connection: ConnectionState;
  readonly clock: ClockView;
  readonly header: HeaderView;
  readonly table: TableWindow;
  readonly tree: TreeWindow;
  readonly selection: Selection;
  readonly source: SourceView;
  readonly moment: MomentView;
  readonly counters: CountersView;
  readonly query: QueryView;
  readonly now: NowView;
  readonly runs?: readonly RunView[];
  readonly types?: readonly TypeCount[];
  readonly details?: DetailsView | null;
  readonly graph?: GraphView;
  readonly timeline?: TimelineView;
  readonly statistics?: readonly StatisticView[];
}

export interface ClockView {
  /** Add to the page's clock to get the log's. */
  readonly offsetMs: number;
  /** Set while time stands still. */
  readonly stoppedAt: number | null;
}

export interface HeaderView {
  readonly scope: Scope;
  readonly run: string;
  readonly name: string;
  readonly status: string;
  readonly startedAt: number;
  /** Seconds; NaN while it runs and where no span tells. */
  readonly duration: number;
  readonly events: number;
  readonly errors: number;
  readonly tokens: number;
  readonly tokensIn: number;
  readonly tokensOut: number;
  readonly cost: number;
  /** Over the last minute before the moment. */
  readonly costPerMinute: number;
  readonly tokensPerMinute: number;
  /** Dollars in each of the last stretches of time, oldest first; tokens where nothing has a price. */
  readonly spark: readonly number[];
  /** Nodes of the plan: settled and known; calls of models and tools. */
  readonly nodesSettled: number;
  readonly nodesKnown: number;
  readonly llmCalls: number;
  readonly toolCalls: number;
  /** Rows of the first and the latest failure, -1 where there is none. */
  readonly firstError: number;
  readonly latestError: number;
  /** When the newest event of the run was written. */
  readonly lastEventAt: number;
  readonly rate: number;
  readonly received: number;
  readonly duplicates: number;
  readonly evicted: number;
  /** Entries of the whole stream that are no events. */
  readonly invalid: number;
}

export interface RunView {
  readonly id: string;
  readonly name: string;
  readonly question: string;
  readonly status: string;
  readonly events: number;
  readonly errors: number;
  readonly startedAt: number;
}

export interface TypeCount {
  readonly type: string;
  readonly count: number;
}

export interface RowView {
  readonly rank: number;
  readonly seq: number;
  readonly kind: "event" | "gap";
  readonly at: number;
  readonly ts: string;
  readonly type: string;
  readonly phase: Phase;
  readonly status: string;
  readonly duration: number;
  /** The node as people name it, and its id. */
  readonly node: string;
  readonly nodeId: string;
  readonly subject: string;
  readonly summary: string;
  readonly span: string;
  readonly icon: string;
  readonly hue: number;
  readonly isDimmed: boolean;
}

export interface TableWindow {
  readonly total: number;
  readonly topRank: number;
  readonly from: number;
  readonly rows: readonly RowView[];
  /** Rows that came since the table was frozen. */
  readonly waiting: number;
  /** Rows of the table that are no events. */
  readonly gaps: number;
  readonly hidden: number;
  readonly outside: number;
  readonly scanning: boolean;
}

export interface TreeRowView {
  readonly key: string;
  readonly kind: "run" | "span";
  readonly depth: number;
  readonly type: string;
  readonly label: string;
  readonly detail: string;
  readonly node: string;
  readonly status: string;
  readonly startedAt: number;
  readonly duration: number;
  readonly error: string;
  readonly errorsBelow: number;
  readonly below: number;
  readonly hasChildren: boolean;
  readonly isOpen: boolean;
  /** Of the call and all below it. */
  readonly tokens: number;
  readonly cost: number;
  /** Status of the node the call works on, where it has one. */
  readonly nodeStatus: string;
  /** Attempts before this one that failed; they stand in this line, and `toggle` with `retries:KEY` shows them. */
  readonly retries: number;
  /** How often the run called this tool with these arguments; marked from 3 on, else 0. */
  readonly repeats: number;
  readonly icon: string;
  readonly hue: number;
  readonly isDimmed: boolean;
}

export interface TreeWindow {
  readonly total: number;
  readonly from: number;
  readonly rows: readonly TreeRowView[];
  /** How many spans there are, closed branches included. */
  readonly spans: number;
  /** Index of the span that started last. */
  readonly newest: number;
  /** Spans that have not finished, of runs that live and of runs that fell silent. */
  readonly open: number;
  readonly lost: number;
}

export interface Selection {
  readonly seq: number;
  readonly span: string;
  readonly node: string;
  /** Where the selection stands in each list, -1 where it does not. */
  readonly tableIndex: number;
  readonly treeIndex: number;
  /** Grows when the selection should be scrolled into view. */
  readonly reveal: number;
}
