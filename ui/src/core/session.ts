// Owns one viewer: what is connected, what is kept, what is looked at. Requests and frames go in, snapshots come out.
// It starts nothing by itself; the worker decides when.
import { BLANK } from "./blank";
import { LogClock, Rate } from "./clock";
import type { ConnectionState } from "./connection";
import { describeRow } from "./details";
import { isFailure, type Row } from "./event";
import { judge, NO_FILTER, type Filter, type Scope } from "./filter";
import type { DetailsView, MomentView, Pane, Request, Snapshot, Target, Window } from "./messages";
import type { Frame } from "./protocol";
import { DEFAULT_RETENTION, type Retention } from "./rows";
import { isLost, type Run } from "./runs";
import { headerView, rowView, runViews, treeRowView, typeCounts } from "./shown";
import type { Span } from "./spans";
import { Store } from "./store";
import { TableView } from "./table";
import { spanStatus, TreeView, type TreeNode } from "./tree";

/** Lists beside the main ones change with every event; this often is enough for the eye. */
const LISTS_EVERY_MS = 250;

export class Session {
  readonly store: Store;
  readonly clock: LogClock;
  private readonly table: TableView;
  private readonly tree: TreeView;
  private readonly rate = new Rate();
  private connection: ConnectionState = { phase: "connecting", bridge: "", attempt: 0 };
  private scope: Scope = { kind: "auto" };
  private filter: Filter = NO_FILTER;
  private shownRun = "";
  private windows: Record<Pane, Window> = { table: { from: 0, count: 60 }, tree: { from: 0, count: 60 } };
  private treeFrozenAt: number | undefined;
  private selectedSeq = -1;
  private selectedSpan = "";
  private reveals = 0;
  private sentDetails = "";
  private sentListsAt = Number.NEGATIVE_INFINITY;
  private sentListsVersion = -1;

  constructor(private readonly localNow: () => number, retention: Retention = DEFAULT_RETENTION) {
    this.store = new Store(retention);
    this.clock = new LogClock(localNow);
    this.table = new TableView(this.store.rows, judge(this.filter, this.scope, ""));
    this.tree = new TreeView(this.store.spans);
    this.store.listen(this.table);
  }

  /** The connection is in another state. */
  connected(state: ConnectionState): void {
    this.connection = state;
    this.clock.setLive(state.phase === "live");
  }

  /** Something came over the connection. */
  frame(frame: Frame): void {
    switch (frame.kind) {
      case "event": {
        const live = this.clock.isRunning();
        if (live) this.rate.add(this.localNow(), 1);
        // What comes live is alive now; what is replayed was alive when it was written.
        this.store.add(frame.event, frame.text, frame.cursor, (row) => (live ? this.clock.now() : row.at));
        return;
      }
      case "heartbeat":
        this.clock.sync(frame.time);
        return;
      case "gap":
        this.store.addGap(Number.NaN, gapText(frame.lost, frame.why), JSON.stringify(frame));
        return;
      case "reset":
        this.store.addGap(Number.NaN, resetText(frame.why), JSON.stringify(frame));
        return;
      case "unreadable":
        this.store.addGap(Number.NaN, "The bridge sent a line that is not part of the protocol", frame.line);
        return;
    }
  }

  /** A view asks for something. Requests about the connection are the worker's. */
  request(request: Request): void {
    switch (request.kind) {
      case "scope":
        this.scope = request.scope;
        this.look(this.runToShow());
        return;
      case "filter":
        this.filter = request.filter;
        this.look(this.shownRun);
        return;
      case "window":
        this.windows[request.pane] = request.window;
        return;
      case "freeze":
        this.freeze(request.pane, request.frozen);
        return;
      case "select":
        this.select(request.target);
        return;
      case "toggle":
        this.tree.toggle(request.key, request.open);
        return;
    }
  }

  /** Judges old rows for a new filter until `enough`; says whether there is more to do. */
  work(enough: () => boolean): boolean {
    this.followNewestRun();
    this.table.scan(enough);
    return this.table.scanning;
  }

  /** The whole JSON of a row, for the clipboard. */
  jsonOf(seq: number): string {
    return this.store.rows.get(seq)?.text ?? "";
  }

  snapshot(): Snapshot {
    this.followNewestRun();
    const runs = this.runs();
    const lines = this.treeLines(runs);
    const { table, tree } = this.windows;
    const stretch = this.table.stretch(table.from, table.count);
    const details = this.details();
    return {
      connection: this.connection,
      clock: { offsetMs: this.clock.offsetMs, stoppedAt: this.clock.isRunning() ? null : this.clock.now() },
      header: headerView(this.store, this.scope, this.shownRun, this.rate.perSecond(this.localNow()), this.clock),
      table: {
        total: stretch.total, topRank: stretch.topRank, from: Math.max(table.from, 0),
        rows: stretch.rows.map(({ rank, row }) => rowView(row, rank, this.rowStatus(row), this.store.runs)),
        waiting: this.table.waiting, gaps: this.table.gaps, hidden: this.table.hidden, outside: this.table.outside, scanning: this.table.scanning,
      },
      tree: {
        total: lines.length, from: tree.from, newest: this.tree.newest,
        spans: runs.reduce((sum, run) => sum + run.spans, 0), ...this.unfinished(runs),
        rows: lines.slice(tree.from, tree.from + tree.count).map((line) => treeRowView(line, (span) => this.spanState(span), this.clock, this.tree)),
      },
      selection: {
        seq: this.selectedSeq, span: this.selectedSpan, node: this.store.rows.get(this.selectedSeq)?.node ?? "", reveal: this.reveals,
        tableIndex: this.selectedSeq < 0 ? -1 : this.table.indexOf(this.selectedSeq),
        treeIndex: this.selectedSpan === "" ? -1 : this.tree.indexOf(this.selectedSpan),
      },
      source: { kind: "bridge" },
      moment: this.moment(),
      counters: {
        received: this.store.intake.received, shown: this.table.shown, hidden: this.table.hidden, outside: this.table.outside, dropped: 0, trimmed: 0, trimmedUnknown: 0,
        evicted: this.store.intake.evicted, duplicates: this.store.intake.duplicates, invalid: this.store.intake.invalid,
      },
      query: { parts: [], matches: this.table.shown, matchIndex: -1, scanning: this.table.scanning },
      now: BLANK.now,
      ...this.lists(),
      ...(details === undefined ? {} : { details }),
    };
  }

  private moment(): MomentView {
    const { rows } = this.store;
    const [first, last] = [rows.get(rows.firstSeq), rows.get(rows.nextSeq - 1)];
    const [firstAt, lastAt] = [first?.at ?? Number.NaN, last?.at ?? Number.NaN];
    return { kind: "live", seq: rows.nextSeq - 1, at: lastAt, firstSeq: rows.firstSeq, firstAt, lastSeq: rows.nextSeq - 1, lastAt, behind: 0, speed: 0 };
  }

  /** A run that fell silent has no open spans any more, it has lost ones. */
  private unfinished(runs: readonly Run[]): { open: number; lost: number } {
    const sums = { open: 0, lost: 0 };
    for (const run of runs) sums[isLost(run, this.clock) ? "lost" : "open"] += run.openSpans;
    return sums;
  }

  private lists(): Pick<Snapshot, "runs" | "types"> {
    const now = this.localNow();
    if (now - this.sentListsAt < LISTS_EVERY_MS) return {};
    // Runs go silent without an event, so the list is sent now and then even if nothing came.
    if (this.sentListsVersion === this.store.version && now - this.sentListsAt < 2000) return {};
    this.sentListsAt = now;
    this.sentListsVersion = this.store.version;
    return { runs: runViews(this.store.runs, this.clock), types: typeCounts(this.store.types) };
  }

  /** The details if they differ from what was last sent. */
  private details(): DetailsView | null | undefined {
    const span = this.spanSelected();
    if (span && this.selectedSeq < 0) this.selectedSeq = lastRowOf(span);
    const row = this.store.rows.get(this.selectedSeq);
    const state = span ? `${this.spanState(span)} ${span.finishSeq} ${span.below} ${span.errorsBelow} ${span.tokens}` : "";
    const parent = span?.parent ? this.spanState(span.parent) : "";
    const shown = row ? `${row.seq} ${state} ${parent}` : "";
    if (shown === this.sentDetails) return undefined;
    this.sentDetails = shown;
    return row ? describeRow(this.store, row, (it) => this.rowStatus(it), (it) => this.spanState(it)) : null;
  }

  /** Moves on to the newest run, but not from under the eyes of who reads another, or has stopped the picture. */
  private followNewestRun(): void {
    const run = this.runToShow();
    const isReading = this.scope.kind === "auto" && this.table.frozenAt !== undefined && this.shownRun !== "";
    if (run !== this.shownRun && !isReading) this.look(run);
  }

  private runToShow(): string {
    if (this.scope.kind === "run") return this.scope.id;
    return this.scope.kind === "auto" ? (this.store.runs.newest()?.id ?? "") : "";
  }

  private look(run: string): void {
    this.shownRun = run;
    this.table.reset(judge(this.filter, this.scope, run));
  }

  private runs(): readonly Run[] {
    if (this.scope.kind === "all") return [...this.store.runs.all()].filter((run) => run.spans > 0).reverse();
    const run = this.store.runs.get(this.shownRun);
    return run ? [run] : [];
  }

  private treeLines(runs: readonly Run[]): readonly TreeNode[] {
    return this.tree.layOut(runs, this.scope.kind === "all", this.treeFrozenAt, this.localNow());
  }

  private freeze(pane: Pane, frozen: boolean): void {
    const last = frozen ? this.store.rows.nextSeq - 1 : undefined;
    if (pane === "table") this.table.frozenAt = frozen ? (this.table.frozenAt ?? last) : undefined;
    else this.treeFrozenAt = frozen ? (this.treeFrozenAt ?? last) : undefined;
  }

  private select(target: Target): void {
    switch (target.kind) {
      case "nothing":
        this.selectedSeq = -1;
        this.selectedSpan = "";
        return;
      case "row":
        this.point(this.store.rows.get(target.seq));
        return;
      case "span":
        this.pointAtSpan(this.store.spans.byName(target.key), true);
        return;
      case "newest-error":
        this.point(this.newestError());
        this.reveals += 1;
        return;
      case "move":
        if (target.pane === "table") this.moveInTable(target.by);
        else this.moveInTree(target.by);
        this.reveals += 1;
        return;
    }
  }

  private moveInTable(by: number): void {
    const at = this.table.indexOf(this.selectedSeq);
    const last = this.table.stretch(0, 0).total - 1;
    this.point(this.table.at(at < 0 ? 0 : Math.min(Math.max(at + by, 0), last)));
  }

  private moveInTree(by: number): void {
    const lines = this.treeLines(this.runs());
    const at = this.selectedSpan === "" ? -1 : this.tree.indexOf(this.selectedSpan);
    const step = by < 0 ? -1 : 1;
    let to = at < 0 ? 0 : Math.min(Math.max(at + by, 0), lines.length - 1);
    while (lines[to]?.kind === "run") to += step;
    const line = lines[to];
    if (line?.kind === "span") this.pointAtSpan(line.span, false);
  }

  private point(row: Row | undefined): void {
    if (!row) return;
    this.selectedSeq = row.seq;
    this.selectedSpan = (row.span === "" ? undefined : this.store.spans.get(row.run, row.span))?.key ?? "";
    const span = this.spanSelected();
    if (span) this.tree.reveal(span);
  }

  private pointAtSpan(span: Span | undefined, reveal: boolean): void {
    if (!span) return;
    this.selectedSpan = span.key;
    this.selectedSeq = lastRowOf(span);
    if (reveal) this.tree.reveal(span);
    this.reveals += 1;
  }

  private spanSelected(): Span | undefined {
    return this.selectedSpan === "" ? undefined : this.store.spans.byName(this.selectedSpan);
  }

  /** The newest failure where it began, not where it passed through. */
  private newestError(): Row | undefined {
    for (let index = 0; ; index += 1) {
      const row = this.table.at(index);
      if (!row) return undefined;
      if (isFailure(row.outcome) && this.store.spans.get(row.run, row.span)?.ownError !== false) return row;
    }
  }

  private spanState(span: Span): string {
    return spanStatus(span, isLost(span.run, this.clock), this.treeFrozenAt);
  }

  /** A start tells how its call stands now; every other row tells what it was written with. */
  private rowStatus(row: Row): string {
    if (row.phase !== "start") return row.outcome;
    const span = this.store.spans.get(row.run, row.span);
    const state = span ? spanStatus(span, isLost(span.run, this.clock), this.table.frozenAt) : "";
    return state === "running" || state === "lost" ? state : "started";
  }
}

function lastRowOf(span: Span): number {
  return span.finishSeq >= 0 ? span.finishSeq : span.startSeq;
}

function gapText(lost: number | null, why: string): string {
  const events = lost === null ? "An unknown number of events" : `${lost.toLocaleString("en")} event${lost === 1 ? "" : "s"}`;
  if (why === "trimmed" || why === "") return `${events} trimmed before they could be read`;
  return `${events} lost: ${why}`;
}

function resetText(why: string): string {
  const reason = why || "the log was deleted or restored";
  return `${reason.charAt(0).toUpperCase()}${reason.slice(1)}; what follows is new`;
}
