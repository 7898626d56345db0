// Owns the model of the task graph: nodes of the plan, what lies in what, what waits for what. Where a run told of no
// nodes, its calls stand in their place. It places nothing.
import type { Lens } from "./lens";
import type { GraphNode, GraphView, StatusStretch, WaitingView } from "./messages";
import { isSettled, type NodeFacts, type PlanNode } from "./nodes";
import { nodeName, type Run } from "./runs";
import type { Span } from "./spans";
import { dollars, plus, type NodeSums } from "./sums";

/** More nodes than a picture can hold are counted, not sent. */
const MOST = 3000;
const MOST_CALLS = 1000;

const UNKNOWN: NodeFacts = { seq: -1, name: "", outer: "", dependencies: [], nodeType: "", taskType: "", goal: "", layer: 0 };

/** Whether the query passes something of a span, or of a node. */
export interface Dimming {
  isSpanDimmed(span: Span): boolean;
  isNodeDimmed(node: PlanNode): boolean;
}

export function graphOf(lens: Lens, run: Run | undefined, dimming: Dimming): GraphView {
  if (!run || run.firstSeq > lens.limit) return { source: "nodes", nodes: [], more: 0 };
  const plan = new Plan(lens, run);
  if (plan.nodes.length === 0) return graphOfCalls(lens, run, dimming);
  const nodes = plan.nodes.slice(0, MOST).map((node) => plan.view(node, dimming.isNodeDimmed(node)));
  return { source: "nodes", nodes, more: plan.nodes.length - nodes.length };
}

/** A run's nodes as of a moment. */
export class Plan {
  readonly nodes: readonly PlanNode[];
  private readonly facts = new Map<string, NodeFacts>();
  private readonly byName = new Map<string, string>();
  private totals: Map<string, NodeSums> | undefined;

  constructor(private readonly lens: Lens, private readonly run: Run) {
    const known: PlanNode[] = [];
    for (const node of run.nodes.all()) {
      if (node.firstSeq > lens.limit) continue;
      known.push(node);
      const facts = node.factsAt(lens.limit) ?? UNKNOWN;
      this.facts.set(node.id, facts);
      if (facts.name !== "") this.byName.set(facts.name, node.id);
    }
    this.nodes = this.outerFirst(known);
  }

  view(node: PlanNode, isDimmed: boolean): GraphNode {
    const facts = this.factsOf(node.id);
    const sums = this.totalOf(node.id);
    const { status, since } = this.statusOf(node);
    const spans = node.spans.filter((span) => this.lens.hasBegun(span) && !span.gone);
    const span = spans.findLast((it) => !this.lens.isFinished(it)) ?? spans.at(-1);
    const settled = isSettled(status);
    return {
      id: node.id, name: this.nameOf(node.id), outer: this.outerOf(node.id), dependencies: facts.dependencies, nodeType: facts.nodeType,
      taskType: facts.taskType, goal: facts.goal, status, statusSince: since, layer: facts.layer, tokens: sums.tokens, cost: dollars(sums.nanos),
      errors: sums.errors, calls: sums.calls, span: span?.key ?? "", isOpen: span !== undefined && !this.lens.isFinished(span), action: span?.label ?? "",
      startedAt: spans[0] ? this.lens.startOf(spans[0]) : (node.changesAt(this.lens.limit)[0]?.at ?? Number.NaN), endedAt: settled ? since : Number.NaN,
      waitsFor: settled ? [] : this.unsettledOf(node.id), isDimmed,
    };
  }

  nameOf(id: string): string {
    return nodeName(this.run, id, this.lens.limit);
  }

  /** Why a node does not go on; null where nothing is known to hold it up. */
  waiting(node: PlanNode): WaitingView | null {
    const on = isSettled(this.statusOf(node).status) ? [] : this.unsettledOf(node.id);
    if (on.length === 0) return null;
    const chain = this.longestChain(node.id, new Set());
    const brief = (id: string): { id: string; name: string; status: string; goal: string; since: number } => {
      const state = this.stateOf(id);
      return { id, name: this.nameOf(id), goal: this.factsOf(id).goal, status: state.status, since: state.since };
    };
    return { on: on.map(brief), chain: chain.map(brief).map(({ id, name, status }) => ({ id, name, status })), since: this.statusOf(node).since };
  }

  /** The times it spent in each status, up to the moment. */
  strip(node: PlanNode): StatusStretch[] {
    const changes = node.changesAt(this.lens.limit);
    return changes.map(({ status, at }, index) => ({ status, from: at, to: changes[index + 1]?.at ?? (isSettled(status) ? at : Number.NaN) }));
  }

  private factsOf(id: string): NodeFacts {
    return this.facts.get(id) ?? UNKNOWN;
  }

  /** The node it lies in: as it says, else as its number says. */
  private outerOf(id: string): string {
    const { outer, name } = this.factsOf(id);
    if (outer !== "") return this.facts.has(outer) && outer !== id ? outer : "";
    const cut = name.lastIndexOf(".");
    return cut < 0 ? "" : (this.byName.get(name.slice(0, cut)) ?? "");
  }

  /** Its last status, else how the calls on it went. */
  private statusOf(node: PlanNode): { readonly status: string; readonly since: number } {
    const told = this.lens.statusOfNode(node);
    if (told.status !== "") return told;
    const last = node.spans.findLast((span) => this.lens.hasBegun(span));
    return last ? { status: this.lens.statusOf(last), since: this.lens.isFinished(last) ? last.endedAt : this.lens.startOf(last) } : told;
  }

  private stateOf(id: string): { readonly status: string; readonly since: number } {
    const node = this.run.nodes.get(id);
    return node && this.facts.has(id) ? this.statusOf(node) : { status: "", since: Number.NaN };
  }

  private unsettledOf(id: string): string[] {
    return this.factsOf(id).dependencies.filter((it) => it !== id && !isSettled(this.stateOf(it).status));
  }

  /** The node and what it waits for, and what that waits for, by the longest way. */
  private longestChain(id: string, above: Set<string>): string[] {
    if (above.has(id) || above.size > 200) return [];
    above.add(id);
    let longest: string[] = [];
    for (const next of this.unsettledOf(id)) {
      const chain = this.longestChain(next, above);
      if (chain.length > longest.length) longest = chain;
    }
    above.delete(id);
    return [id, ...longest];
  }

  private totalOf(id: string): NodeSums {
    this.totals ??= this.addUp();
    return this.totals.get(id) ?? { calls: 0, errors: 0, tokens: 0, nanos: 0 };
  }

  private addUp(): Map<string, NodeSums> {
    const totals = new Map(this.nodes.map((node) => [node.id, { ...this.lens.sumsOfNode(node) }]));
    // From the inside out: an outer node comes before what lies in it.
    for (const { id } of [...this.nodes].reverse()) {
      const [own, outer] = [totals.get(id), totals.get(this.outerOf(id))];
      if (own && outer) Object.assign(outer, plus(outer, own));
    }
    return totals;
  }

  private outerFirst(known: readonly PlanNode[]): PlanNode[] {
    const inner = new Map<string, PlanNode[]>();
    for (const node of known) {
      const outer = this.outerOf(node.id);
      const brothers = inner.get(outer);
      if (brothers) brothers.push(node);
      else inner.set(outer, [node]);
    }
    const ordered: PlanNode[] = [];
    const stack = [...(inner.get("") ?? [])].reverse();
    for (let node = stack.pop(); node; node = stack.pop()) {
      ordered.push(node);
      stack.push(...[...(inner.get(node.id) ?? [])].reverse());
    }
    // Nodes that lie in each other in a ring are nowhere else.
    if (ordered.length < known.length) ordered.push(...known.filter((node) => !ordered.includes(node)));
    return ordered;
  }
}

function graphOfCalls(lens: Lens, run: Run, dimming: Dimming): GraphView {
  const nodes: GraphNode[] = [];
  const sums = lens.sumsOfRun(run);
  const stack: [Span, number][] = [...lens.rootsOf(run)].filter((root) => lens.hasBegun(root)).reverse().map((root) => [root, 0]);
  for (let next = stack.pop(); next && nodes.length < MOST_CALLS; next = stack.pop()) {
    const [span, layer] = next;
    nodes.push(callNode(lens, span, layer, dimming.isSpanDimmed(span)));
    const children = [...span.children()].filter((child) => lens.hasBegun(child) && child.linkSeq <= lens.limit);
    for (const child of children.reverse()) stack.push([child, layer + 1]);
  }
  return { source: "calls", nodes, more: Math.max(sums.spans - nodes.length, 0) };
}

function callNode(lens: Lens, span: Span, layer: number, isDimmed: boolean): GraphNode {
  const sums = lens.sumsOf(span);
  const status = lens.statusOf(span);
  const isOpen = !lens.isFinished(span);
  return {
    id: span.key, name: span.label, outer: lens.parentOf(span)?.key ?? "", dependencies: [], nodeType: "", taskType: span.type, goal: lens.store.detailOf(span),
    status, statusSince: isOpen ? lens.startOf(span) : span.endedAt, layer, tokens: sums.tokens, cost: dollars(sums.nanos), errors: sums.errors,
    calls: sums.below, span: span.key, isOpen, action: span.label, startedAt: lens.startOf(span), endedAt: lens.endOf(span), waitsFor: [], isDimmed,
  };
}
