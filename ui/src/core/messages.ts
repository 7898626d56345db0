// Owns the words between the page and the worker: what a view asks for and what it gets. Plain data only, because it
// crosses a thread.
import type { Addresses } from "./address";
import type { ConnectionState } from "./connection";
import type { Phase } from "./event";
import type { Filter, Scope } from "./filter";

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
  | { readonly kind: "newest-error" }
  | { readonly kind: "nothing" };

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
  | { readonly kind: "retry" }
  /** The last snapshot is on screen; another may come. */
  | { readonly kind: "painted" };

/** From the worker to the page. */
export type Reply = { readonly kind: "snapshot"; readonly snapshot: Snapshot } | { readonly kind: "json"; readonly seq: number; readonly text: string };

/** Everything that is on screen at one moment. Lists that did not change since the last one are left out. */
export interface Snapshot {
  readonly connection: ConnectionState;
  readonly clock: ClockView;
  readonly header: HeaderView;
  readonly table: TableWindow;
  readonly tree: TreeWindow;
  readonly selection: Selection;
  readonly runs?: readonly RunView[];
  readonly types?: readonly TypeCount[];
  readonly details?: DetailsView | null;
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
  readonly cost: number;
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
  /** Where the selection stands in each list, -1 where it does not. */
  readonly tableIndex: number;
  readonly treeIndex: number;
  /** Grows when the selection should be scrolled into view. */
  readonly reveal: number;
}

export interface LinkedEvent {
  readonly seq: number;
  readonly span: string;
  readonly type: string;
  readonly label: string;
  readonly status: string;
  readonly at: number;
}

export interface Field {
  readonly key: string;
  readonly value: string;
}

export interface DetailsView {
  readonly seq: number;
  readonly kind: "event" | "gap";
  readonly type: string;
  readonly ts: string;
  readonly at: number;
  readonly status: string;
  readonly phase: Phase;
  readonly startedAt: number;
  readonly duration: number;
  readonly summary: string;
  readonly errorType: string;
  readonly error: string;
  readonly errorChain: readonly string[];
  readonly fields: readonly Field[];
  readonly pair: LinkedEvent | null;
  readonly parent: LinkedEvent | null;
  /** Sums below the span; null for an event without one. */
  readonly sums: { readonly spans: number; readonly errors: number; readonly tokens: number; readonly cost: number } | null;
  readonly json: string;
  /** Size of the whole event where `json` shows only its beginning, else 0. */
  readonly jsonBytes: number;
}
