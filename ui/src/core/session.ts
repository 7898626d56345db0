// Owns one viewer: what is connected, what is kept, what is looked at. Requests and frames go in, snapshots come out.
// It starts nothing by itself; the worker decides when.
import { burnOf, type Burn } from "./burn";
import { LogClock, Rate } from "./clock";
import type { ConnectionState } from "./connection";
import { describeRow } from "./details";
import { dimmingBy } from "./dimming";
import type { Row } from "./event";
import { exportRows, type ExportedFile } from "./export";
import { judge, NO_FILTER, type Filter, type Judge, type Scope } from "./filter";
import { Gallery, type Scene } from "./gallery";
import { headerView } from "./header";
import { rowsOfRun, rowsOfSpan } from "./inside";
import { Journey } from "./journey";
import { Lens } from "./lens";
import type { DetailsView, Exported, Pane, Request, Snapshot, SourceView, Window } from "./messages";
import { gapText, resetText } from "./gap-words";
import { nowOf } from "./now";
import type { Frame } from "./protocol";
import { DEFAULT_RETENTION, type Retention } from "./rows";
import { runName, type Run } from "./runs";
import { Pointer, type Ground } from "./selection";
import { rowView, runViews, tableViews, treeRowView, typeCounts } from "./shown";
import { Store } from "./store";
import { TableView } from "./table";
import { TreeView, type TreeNode } from "./tree";

/** Lists beside the main ones change with every event; this often is enough for the eye. */
const LISTS_EVERY_MS = 250;

/** Rows that are gone through in no time. */
const SMALL = 5000;

/** How often rows are judged again whose verdict depends on what still runs. */
const JUDGE_AGAIN_MS = 1000;

export class Session {
  readonly store: Store;
  readonly clock: LogClock;
  source: SourceView = { kind: "bridge" };
  private readonly table: TableView;
  private readonly tree = new TreeView();
  private readonly journey: Journey;
  private readonly pointer = new Pointer();
  private readonly gallery: Gallery;
  private readonly rate = new Rate();
  private connection: ConnectionState = { phase: "connecting", bridge: "", attempt: 0 };
  private scope: Scope = { kind: "auto" };
  private filter: Filter = NO_FILTER;
  private judge: Judge;
  private judgedAt = Number.NEGATIVE_INFINITY;
  private judgedVersion = -1;
  /** A filter was just asked for: its first hits are waited for. */
  private isAwaited = false;
  private shownRun = "";
  private windows: Record<Pane, Window> = { table: { from: 0, count: 60 }, tree: { from: 0, count: 60 } };
  private readonly frozenAt: Record<Pane, number | undefined> = { table: undefined, tree: undefined };
  private sentDetails = "";
  private sentListsAt = Number.NEGATIVE_INFINITY;
  private sentListsVersion = -1;
  private burn: { readonly at: number; readonly of: string; readonly burn: Burn } | undefined;

  constructor(private readonly localNow: () => number, retention: Retention = DEFAULT_RETENTION) {
    this.gallery = new Gallery(() => performance.now());
    this.store = new Store(retention);
    this.clock = new LogClock(localNow);
    this.judge = judge(this.store, this.filter, this.scope, "");
    this.table = new TableView(this.store.rows, this.judge);
    this.journey = new Journey(this.store, localNow);
    this.store.listen(this.table);
  }

  /** The connection is in another state. */
  connected(state: ConnectionState): void {
    this.connection = state;
    // Nothing of a recording is live, whatever goes on over the connection.
    if (this.source.kind === "bridge") this.clock.setLive(state.phase === "live");
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
        this.store.addGap(Number.NaN, gapText(frame.lost, frame.why), JSON.stringify(frame), frame.lost);
        return;
      case "reset":
        this.store.addGap(Number.NaN, resetText(frame.why), JSON.stringify(frame), undefined);
        return;
      case "unreadable":
        this.store.addGap(Number.NaN, "The bridge sent a line that is not part of the protocol", frame.line, undefined);
        return;
    }
  }

  /** A view asks for something. Requests about the connection and files are the worker's. */
  request(request: Request): void {
    switch (request.kind) {
      case "scope":
        this.scope = request.scope;
        this.look(this.runToShow());
        return;
      case "filter":
        this.filter = request.filter;
        this.isAwaited = true;
        this.look(this.shownRun);
        return;
      case "window":
        this.windows[request.pane] = request.window;
        return;
      case "freeze":
        this.frozenAt[request.pane] = request.frozen ? (this.frozenAt[request.pane] ?? this.store.rows.nextSeq - 1) : undefined;
        this.stopTable();
        return;
      case "select":
        this.followNewestRun();
        this.pointer.select(request.target, this.ground());
        return;
      case "toggle":
        this.tree.toggle(request.key, request.open);
        return;
      case "show":
        this.gallery.show(request.pictures);
        return;
      case "timeline":
        this.gallery.window = request.window;
        return;
      case "travel":
      case "step":
      case "play":
        this.followNewestRun();
        this.move(request);
        return;
    }
  }

  /** Whether the moment moves by itself. */
  get isPlaying(): boolean {
    return this.journey.isPlaying;
  }

  /** Judges old rows for a new filter until `enough`; says whether there is more to do. */
  work(enough: () => boolean): boolean {
    if (this.journey.tick()) this.stopTable();
    this.followNewestRun();
    const isStale = this.judge.isDynamic && !this.table.scanning && this.judgedVersion !== this.store.version;
    if (isStale && this.localNow() - this.judgedAt >= JUDGE_AGAIN_MS) this.look(this.shownRun);
    // Who waits for the first hits of a filter sees them when there is a screenful.
    this.table.scan(() => enough() || (this.isAwaited && this.table.stretch(0, 0).total >= this.windows.table.count));
    return this.table.scanning;
  }

  /** The whole JSON of a row, for the clipboard. */
  jsonOf(seq: number): string {
    return this.store.rows.textOf(seq);
  }

  /** What is asked for, as a file. */
  export(what: Exported, format: "ndjson" | "json"): ExportedFile {
    const run = this.store.runs.get(this.shownRun);
    const name = run ? `${runName(run) || "run"}-${run.id.slice(0, 8)}` : "events";
    const span = this.pointer.spanIn(this.lens());
    switch (what) {
      case "run":
        return exportRows(this.store, rowsOfRun(this.store, run), name, format);
      case "selection":
        return exportRows(this.store, span ? rowsOfSpan(this.lens(), span) : this.pointer.seq < 0 ? [] : [this.pointer.seq], `${name}-selection`, format);
      case "table":
        return exportRows(this.store, this.table.seqs(), `${name}-table`, format);
    }
  }

  snapshot(): Snapshot {
    this.followNewestRun();
    this.stopTable();
    const ground = this.ground();
    const { lens } = ground;
    const runs = this.runs();
    const lines = ground.lines();
    const { table, tree } = this.windows;
    const stretch = this.table.stretch(table.from, table.count);
    const details = this.details(lens);
    const counted = tableViews(this.table, this.store.intake, this.filter, this.judge.parts, this.pointer.seq);
    const run = this.store.runs.get(this.shownRun);
    const dimming = dimmingBy(lens, this.judge, this.filter);
    return {
      connection: this.connection,
      clock: { offsetMs: this.clock.offsetMs, stoppedAt: lens.isPast ? lens.now() : this.clock.isRunning() ? null : this.clock.now() },
      header: headerView(lens, this.scope, this.shownRun, this.rate.perSecond(this.localNow()), this.burnNow(lens, run)),
      table: {
        ...counted.table, total: stretch.total, topRank: stretch.topRank, from: Math.max(table.from, 0),
        rows: stretch.rows.map((ranked) => rowView(lens, ranked, this.rowStatus(lens, ranked.row))),
      },
      tree: {
        total: lines.length, from: tree.from, newest: this.tree.newest, ...this.spanCounts(lens, runs),
        rows: lines.slice(tree.from, tree.from + tree.count).map((line) => treeRowView(lens, line, this.tree, dimming)),
      },
      selection: this.pointer.view(ground),
      source: this.source,
      moment: this.journey.view(run),
      counters: counted.counters,
      query: counted.query,
      now: nowOf(lens, run),
      ...this.lists(lens),
      ...(details === undefined ? {} : { details }),
      ...this.pictures({ lens, run, runs, lines, tree: this.tree, dimming, now: this.localNow(), choices: `${JSON.stringify(this.filter)} ${this.shownRun}` }),
    };
  }

  /** Pictures of a hundred thousand spans take longer than the first hits of a filter, so they come with what follows. */
  private pictures(scene: Scene): ReturnType<Gallery["make"]> {
    const waits = this.isAwaited && this.table.scanning;
    this.isAwaited = false;
    return waits ? {} : this.gallery.make(scene);
  }

  private ground(): Ground {
    const lens = this.lens();
    return { lens, table: this.table, tree: this.tree, shownRun: this.shownRun, lines: () => this.treeLines(lens, this.runs()) };
  }

  /** A frozen tree shows the spans of a row and counts on; the past shows everything as of then. */
  private lens(): Lens {
    return new Lens(this.store, this.clock, this.journey.past, this.frozenAt.tree);
  }

  private move(request: Extract<Request, { kind: "travel" | "step" | "play" }>): void {
    const run = this.store.runs.get(this.shownRun);
    if (request.kind === "travel") this.journey.travel(request.to, run);
    else if (request.kind === "step") this.journey.step(request.by, run);
    else this.journey.play(request.speed, run);
    this.stopTable();
  }

  /** The table ends at the moment, or where it was frozen. */
  private stopTable(): void {
    this.table.frozenAt = this.journey.past?.seq ?? this.frozenAt.table;
  }

  private spanCounts(lens: Lens, runs: readonly Run[]): { spans: number; open: number; lost: number } {
    const counts = { spans: 0, open: 0, lost: 0 };
    for (const run of runs) {
      const { spans, openSpans } = lens.sumsOfRun(run);
      counts.spans += spans;
      counts[lens.isLost(run) ? "lost" : "open"] += openSpans;
    }
    return counts;
  }

  private lists(lens: Lens): Pick<Snapshot, "runs" | "types"> {
    const now = this.localNow();
    if (now - this.sentListsAt < LISTS_EVERY_MS) return {};
    // Runs go silent without an event, so the list is sent now and then even if nothing came.
    if (this.sentListsVersion === this.store.version && now - this.sentListsAt < 2000) return {};
    this.sentListsAt = now;
    this.sentListsVersion = this.store.version;
    return { runs: runViews(lens.isPast ? new Lens(this.store, this.clock, undefined) : lens), types: typeCounts(this.store.types) };
  }

  private burnNow(lens: Lens, run: Run | undefined): Burn {
    const now = this.localNow();
    // Where there is little to go through, it is never out of date.
    const version = this.store.rows.size < SMALL ? `${this.store.version} ${lens.now()}` : "";
    const of = `${run?.id ?? ""} ${lens.limit} ${version}`;
    if (!this.burn || this.burn.of !== of || now - this.burn.at >= LISTS_EVERY_MS) this.burn = { at: now, of, burn: burnOf(this.store, run, lens.limit, lens.now()) };
    return this.burn.burn;
  }

  /** The details if they differ from what was last sent. */
  private details(lens: Lens): DetailsView | null | undefined {
    this.pointer.settle(lens);
    const span = this.pointer.spanIn(lens);
    const row = this.pointer.seq > lens.limit ? undefined : this.store.rows.get(this.pointer.seq);
    const parent = span && lens.parentOf(span);
    const state = span ? `${lens.statusOf(span)} ${Object.values(lens.sumsOf(span)).join(" ")} ${parent ? lens.statusOf(parent) : ""}` : "";
    const node = row ? this.store.runs.get(row.run)?.nodes.get(row.node) : undefined;
    const shown = row ? `${row.seq} ${lens.isPast ? lens.limit : ""} ${state} ${node?.changes.length ?? ""} ${node ? lens.statusOfNode(node).status : ""}` : "";
    if (shown === this.sentDetails) return undefined;
    this.sentDetails = shown;
    return row ? describeRow(lens, row, (it) => this.rowStatus(lens, it)) : null;
  }

  /** Moves on to the newest run, but not from under the eyes of who reads another, or has stopped the picture. */
  private followNewestRun(): void {
    const run = this.runToShow();
    const isReading = this.scope.kind === "auto" && this.shownRun !== "" && (this.frozenAt.table !== undefined || this.journey.past !== undefined);
    if (run !== this.shownRun && !isReading) this.look(run);
  }

  private runToShow(): string {
    if (this.scope.kind === "run") return this.scope.id;
    return this.scope.kind === "auto" ? (this.store.runs.newest()?.id ?? "") : "";
  }

  private look(run: string): void {
    this.shownRun = run;
    this.judgedAt = this.localNow();
    this.judgedVersion = this.store.version;
    this.judge = judge(this.store, this.filter, this.scope, run);
    this.table.reset(this.judge);
  }

  private runs(): readonly Run[] {
    if (this.scope.kind === "all") return [...this.store.runs.all()].filter((run) => run.sums.spans > 0).reverse();
    const run = this.store.runs.get(this.shownRun);
    return run ? [run] : [];
  }

  private treeLines(lens: Lens, runs: readonly Run[]): readonly TreeNode[] {
    return this.tree.layOut(lens, runs, this.scope.kind === "all", this.localNow());
  }

  /** A start tells how its call stood at the moment; every other row tells what it was written with. */
  private rowStatus(lens: Lens, row: Row): string {
    if (row.phase !== "start") return row.outcome;
    const span = this.store.spans.get(row.run, row.span);
    const limit = this.table.frozenAt ?? Number.POSITIVE_INFINITY;
    if (!span || (span.finishSeq >= 0 && span.finishSeq <= limit)) return "started";
    return lens.isLost(span.run) ? "lost" : "running";
  }
}
