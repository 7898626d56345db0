// Owns the nodes of a run's plan: what each is, where it lies, what it waits for, and every status it had. It keeps when
// each was learnt, so that it can tell of any moment; it knows no other moment's sums.
import type { Row } from "./event";
import { fieldOf } from "./payload";
import type { Span } from "./spans";
import { brief } from "./summary";
import { noNodeSums, type NodeSums } from "./sums";

/** What is known of a node from an event on. */
export interface NodeFacts {
  readonly seq: number;
  /** The planner's number: `3.2` says more than sixteen digits. */
  readonly name: string;
  readonly outer: string;
  readonly dependencies: readonly string[];
  readonly nodeType: string;
  readonly taskType: string;
  readonly goal: string;
  readonly layer: number;
}

export interface StatusChange {
  readonly seq: number;
  readonly at: number;
  readonly status: string;
}

const UNKNOWN: NodeFacts = { seq: -1, name: "", outer: "", dependencies: [], nodeType: "", taskType: "", goal: "", layer: 0 };

/** Most nodes of a run, most spans and changes of a node. */
const MAX_NODES = 20_000;
const MAX_SPANS = 256;
const MAX_CHANGES = 4096;

export class PlanNode {
  private readonly facts: NodeFacts[] = [];
  readonly changes: StatusChange[] = [];
  /** The outermost spans that worked on it, oldest first. */
  readonly spans: Span[] = [];
  readonly sums: NodeSums = noNodeSums();

  constructor(readonly id: string, readonly firstSeq: number) {}

  /** What was known after a row; undefined before the first. */
  factsAt(limit = Number.POSITIVE_INFINITY): NodeFacts | undefined {
    return this.facts.findLast(({ seq }) => seq <= limit);
  }

  learn(seq: number, change: Partial<NodeFacts>): void {
    const old = this.facts.at(-1);
    const next = { ...UNKNOWN, ...old, ...change, seq };
    if (old && sameFacts(old, next)) return;
    this.facts.push(next);
    if (this.facts.length > 64) this.facts.splice(1, 1);
  }

  enter(seq: number, at: number, status: string): void {
    if (this.changes.at(-1)?.status === status) return;
    this.changes.push({ seq, at, status });
    if (this.changes.length > MAX_CHANGES) this.changes.splice(1, MAX_CHANGES / 2);
  }

  /** The status changes up to a row. */
  changesAt(limit: number): readonly StatusChange[] {
    const end = this.changes.findLastIndex(({ seq }) => seq <= limit) + 1;
    return end === this.changes.length ? this.changes : this.changes.slice(0, end);
  }

  work(span: Span): void {
    this.spans.push(span);
    if (this.spans.length > MAX_SPANS) this.spans.shift();
  }

  /** A span is no longer kept. */
  leave(span: Span): void {
    const at = this.spans.indexOf(span);
    if (at >= 0) this.spans.splice(at, 1);
  }
}

/** The nodes of one run, in order of appearance. */
export class PlanNodes {
  private readonly byId = new Map<string, PlanNode>();

  get size(): number {
    return this.byId.size;
  }

  get(id: string): PlanNode | undefined {
    return this.byId.get(id);
  }

  all(): IterableIterator<PlanNode> {
    return this.byId.values();
  }

  /** Takes in what a row tells of a node, if it does. */
  apply(row: Row, payload: Record<string, unknown>): void {
    if (row.node === "" || !/^(node|step|plan)_/.test(row.type)) return;
    const node = this.byId.get(row.node) ?? this.open(row);
    if (!node) return;
    const facts = factsOf(row.type, payload);
    if (facts) node.learn(row.seq, facts);
    const status = row.type === "node_created" ? fieldOf(payload, row.type, "status") : row.type === "node_status_change" ? fieldOf(payload, row.type, "new_status") : undefined;
    if (row.type === "node_status_change" && node.changes.length === 0 && typeof payload["old_status"] === "string") node.enter(row.seq, row.at, payload["old_status"]);
    if (typeof status === "string" && status !== "") node.enter(row.seq, row.at, status);
  }

  private open(row: Row): PlanNode | undefined {
    if (this.byId.size >= MAX_NODES) return undefined;
    const node = new PlanNode(row.node, row.seq);
    this.byId.set(row.node, node);
    return node;
  }
}

const SETTLED = /^(finish(ed)?|failed?|done|completed?|cancell?ed|skipped|success|succeeded|error)$/i;

/** Whether nothing more will happen to a node of that status. */
export function isSettled(status: string): boolean {
  return SETTLED.test(status);
}

function factsOf(type: string, payload: Record<string, unknown>): Partial<NodeFacts> | undefined {
  const said: Record<string, unknown> = {};
  const strings: readonly (readonly [keyof NodeFacts, unknown])[] = [
    ["name", fieldOf(payload, "node_created", "nid")], ["outer", fieldOf(payload, "node_created", "outer_node_id")],
    ["nodeType", fieldOf(payload, "node_created", "node_type")], ["taskType", fieldOf(payload, "node_created", "task_type")],
    // A step's goal is what is done now, not what the node is for.
    ["goal", fieldOf(payload, "node_created", "task_goal") ?? (type.startsWith("node_") ? fieldOf(payload, "node_status_change", "goal") : undefined)],
  ];
  for (const [key, value] of strings) if (typeof value === "string" && value !== "") said[key] = brief(value, 600);
  if (typeof payload["layer"] === "number") said["layer"] = payload["layer"];
  const parents = fieldOf(payload, "node_created", "parents");
  if (Array.isArray(parents)) said["dependencies"] = parents.filter((id) => typeof id === "string").slice(0, 256);
  return Object.keys(said).length > 0 ? said : undefined;
}

function sameFacts(a: NodeFacts, b: NodeFacts): boolean {
  return (
    a.name === b.name && a.outer === b.outer && a.nodeType === b.nodeType && a.taskType === b.taskType && a.goal === b.goal && a.layer === b.layer &&
    a.dependencies.join("\n") === b.dependencies.join("\n")
  );
}
