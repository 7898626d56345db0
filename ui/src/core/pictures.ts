// Owns the shapes of what is drawn beside the lists: the moment, the query, what runs now, graph, timeline, details.
// Plain data, because it crosses a thread. `messages.ts` says when each is sent; import them from there.
import type { Phase } from "./event";

/** The moment on screen. In the past, every view says what was known then; events go on being taken in behind. */
export interface MomentView {
  readonly kind: "live" | "past";
  /** Last event that counts, and its time. */
  readonly seq: number;
  readonly at: number;
  /** Ends of what is kept of the shown run, for a scrubber. */
  readonly firstSeq: number;
  readonly firstAt: number;
  readonly lastSeq: number;
  readonly lastAt: number;
  /** Events between this moment and the newest one. */
  readonly behind: number;
  /** Times real time at which the past plays, 0 while it stands. */
  readonly speed: number;
}

/** Where events come from. A recording never mixes with the connection, which goes on in the background. */
export type SourceView =
  | { readonly kind: "bridge" }
  | {
      readonly kind: "recording";
      readonly name: string;
      /** The bundled run; to be marked as such. */
      readonly demo: boolean;
      readonly bytes: number;
      readonly bytesRead: number;
      /** Lines that are no events, and the first of them in words. */
      readonly badLines: number;
      readonly firstBad: string;
      /** Set once, when reading ended early. */
      readonly error: string;
      readonly done: boolean;
    };

/** What became of all that came; nothing is left out of one of these. */
export interface CountersView {
  readonly received: number;
  /** Rows in the table now. */
  readonly shown: number;
  readonly hidden: number;
  /** Of other runs than the shown one. */
  readonly outside: number;
  /** Lost before they reached the log, as `events_dropped` tells. */
  readonly dropped: number;
  /** Gone from the log before this page could read them; `trimmedUnknown` gaps could not say how many. */
  readonly trimmed: number;
  readonly trimmedUnknown: number;
  /** Let go by this page to bound its memory. */
  readonly evicted: number;
  readonly duplicates: number;
  readonly invalid: number;
}

/** One part of a query, such as `dur>2s`. */
export interface QueryPart {
  readonly text: string;
  /** Where it stands in the query. */
  readonly from: number;
  readonly to: number;
  /** Rows in scope that this part alone hides; 0 in a query that only marks. */
  readonly hides: number;
  /** Why it can't be understood, and what to write; empty where it can. A part that can't be is left out. */
  readonly error: string;
}

export interface QueryView {
  readonly parts: readonly QueryPart[];
  /** Rows that only the choice of types hides, and only the wish for errors. */
  readonly hiddenByTypes: number;
  readonly hiddenByErrors: number;
  /** Rows that pass, and which of them (from 0, newest first) is selected, or -1. */
  readonly matches: number;
  readonly matchIndex: number;
  /** Still looking through older rows. */
  readonly scanning: boolean;
}

/** One call that runs, by the way that leads there. */
export interface NowPath {
  readonly key: string;
  /** From the outermost call in; labels and node names. */
  readonly path: readonly { readonly key: string; readonly label: string; readonly node: string }[];
  readonly type: string;
  readonly label: string;
  readonly detail: string;
  readonly node: string;
  readonly startedAt: number;
}

export interface NowView {
  /** The innermost calls that run, longest first. */
  readonly paths: readonly NowPath[];
  /** How many more there are. */
  readonly more: number;
}

/** A time spent in one status. `to` is NaN for the one that lasts. */
export interface StatusStretch {
  readonly status: string;
  readonly from: number;
  readonly to: number;
}

/** A node of the plan, or a call where a run has no plan. */
export interface GraphNode {
  readonly id: string;
  /** As people name it: `3.2.1`. */
  readonly name: string;
  /** The node it lies in; empty at the top. */
  readonly outer: string;
  /** Ids of the nodes it waits for. They may lie outside of what is known. */
  readonly dependencies: readonly string[];
  /** `PLAN_NODE`, `EXECUTE_NODE`, or what the producer wrote. */
  readonly nodeType: string;
  /** `write`, `think`, `search`, or what the producer wrote. */
  readonly taskType: string;
  readonly goal: string;
  readonly status: string;
  readonly statusSince: number;
  readonly layer: number;
  /** Of the node and all nodes in it. */
  readonly tokens: number;
  readonly cost: number;
  readonly errors: number;
  readonly calls: number;
  /** The span that works on it now, else the last that did; empty where none did. */
  readonly span: string;
  readonly isOpen: boolean;
  /** What is done to it now, or was last. */
  readonly action: string;
  readonly startedAt: number;
  /** NaN while it is not settled. */
  readonly endedAt: number;
  /** Dependencies that are not settled. */
  readonly waitsFor: readonly string[];
  /** The query passes none of its events. */
  readonly isDimmed: boolean;
}

export interface GraphView {
  /** `calls` where the run told of no nodes: then a node is a span. */
  readonly source: "nodes" | "calls";
  /** In order of appearance; an outer node comes before what lies in it. */
  readonly nodes: readonly GraphNode[];
  /** Nodes beyond what is sent. */
  readonly more: number;
}

/** What a stretch of a call's time was: its own work, waiting for calls inside it, or a model's answer under way. */
export type BarKind = "own" | "waiting" | "llm" | "tool";

export interface TimelineBar {
  readonly kind: BarKind;
  readonly from: number;
  readonly to: number;
}

export interface TimelineLane {
  /** Span key, or run id for a run's own lane. */
  readonly key: string;
  readonly kind: "run" | "span";
  readonly depth: number;
  readonly type: string;
  readonly label: string;
  readonly node: string;
  readonly status: string;
  readonly startedAt: number;
  /** NaN while it runs: draw up to now. */
  readonly endedAt: number;
  readonly errorsBelow: number;
  readonly hasChildren: boolean;
  readonly isOpen: boolean;
  /** Ordered, without overlap, inside the asked stretch of time; the last one of an open call ends at `TimelineView.now`. */
  readonly bars: readonly TimelineBar[];
  readonly isDimmed: boolean;
}

/** The lanes are the lines of the tree, in the same order, so one selection serves both. */
export interface TimelineView {
  /** The whole run. */
  readonly start: number;
  readonly end: number;
  /** The stretch that was asked for, or all of it. */
  readonly from: number;
  readonly to: number;
  readonly now: number;
  readonly lanes: number;
  readonly first: number;
  readonly rows: readonly TimelineLane[];
  /** Events over the whole run in equal stretches of time, and the failures among them. */
  readonly density: readonly number[];
  readonly failures: readonly number[];
}

/** What the graph, the timeline and the lists beside them are asked to show. */
export interface TimelineWindow {
  /** Times, or NaN for the whole run. */
  readonly from: number;
  readonly to: number;
  /** Width in CSS pixels: what is finer is not sent. */
  readonly width: number;
  readonly firstLane: number;
  readonly lanes: number;
  /** Stretches of the density; 0 leaves it out. */
  readonly buckets: number;
}

/** How long one tool or model took, over the shown run. Seconds; NaN where nothing is known. */
export interface StatisticView {
  readonly kind: "llm" | "tool" | "search" | "step" | "other";
  readonly subject: string;
  readonly calls: number;
  readonly failures: number;
  readonly open: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
  readonly total: number;
  readonly tokens: number;
  readonly cost: number;
  /** Median time to the first token, where a stream tells. */
  readonly firstToken: number;
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

/** A text of a call in its role; show Markdown as text, never as HTML. */
export interface MessageView {
  readonly role: "system" | "prompt" | "thoughts" | "answer" | "arguments" | "result" | "question" | "plan" | "error";
  readonly text: string;
  /** The producer, or this page, left out the rest. */
  readonly truncated: boolean;
  readonly seq: number;
}

/** Why a node does not go on. */
export interface WaitingView {
  /** The dependencies that are not settled. */
  readonly on: readonly { readonly id: string; readonly name: string; readonly goal: string; readonly status: string; readonly since: number }[];
  /** Names from this node along the longest way of unsettled dependencies. */
  readonly chain: readonly { readonly id: string; readonly name: string; readonly status: string }[];
  readonly since: number;
}

/** The same tool with the same arguments, three times or more. */
export interface RepeatView {
  readonly subject: string;
  readonly arguments: string;
  readonly count: number;
  readonly calls: readonly LinkedEvent[];
}

/** Calls that were tried again until one succeeded, or none did. */
export interface RetryView {
  readonly attempts: readonly LinkedEvent[];
  readonly succeeded: boolean;
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
  readonly id: string;
  /** Where the event stands in the log; empty where no bridge told. A bare Redis id is the part before `@`. */
  readonly cursor: string;
  readonly run: string;
  readonly span: string;
  /** The node it is about, as the graph has it. */
  readonly node: GraphNode | null;
  readonly messages: readonly MessageView[];
  /** Of the span with all below it, else of the node, oldest first; `moreEvents` are not listed. */
  readonly events: readonly LinkedEvent[];
  readonly moreEvents: number;
  /** Failures of the span and below, each where it began. */
  readonly errors: readonly (LinkedEvent & { readonly error: string; readonly errorType: string })[];
  readonly strip: readonly StatusStretch[];
  readonly waiting: WaitingView | null;
  readonly retry: RetryView | null;
  readonly repeat: RepeatView | null;
  /** Seconds to the first token, NaN where nothing tells. */
  readonly firstToken: number;
}
