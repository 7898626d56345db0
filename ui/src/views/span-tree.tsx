// Owns the tree of calls. Rows are placed by index; the worker has decided their order.
import { Component } from "preact";
import { useRef } from "preact/hooks";
import { useGradual } from "../components/gradual";
import { Icon } from "../components/icon";
import { lookOf, StatusIcon } from "../components/status";
import { TypeIcon } from "../components/type-icon";
import { VirtualRows } from "../components/virtual-rows";
import { formatCost, formatCount, formatDuration, formatElapsed } from "../core/format";
import type { TreeRowView } from "../core/messages";
import { send } from "./link";
import { rowHeight } from "./media";
import { isAtEnd, looksBack } from "./scroll";
import { isFollowingTree, logNow, pointer, select, toggleBranch, tree, treeFollowing } from "./state";

export function SpanTree() {
  const scroller = useRef<HTMLDivElement>(null);
  const { total, rows, from, newest, spans, open, lost } = tree.value;
  const { span: chosen, treeIndex, reveal } = pointer.value;
  const follows = isFollowingTree.value;
  const drawn = useGradual(rows.length);
  const active = rows.findIndex((row) => row.key === chosen);
  // Looking back stops the tree from moving; going to its end takes it up again.
  const onScroll = (from: number) => {
    const box = scroller.current;
    if (!box) return;
    if (looksBack(box, from)) treeFollowing.value = false;
    else if (box.scrollTop > from && isAtEnd(box) && chosen === "") treeFollowing.value = true;
  };
  return (
    <>
      <div class="pane-head tree-head">
        <h2>Calls</h2>
        <span class="numbers muted">{formatCount(spans)}</span>
        <span class="spring" />
        {open > 0 && <span class="numbers tone-running" title="Calls that have not ended">{formatCount(open)} running</span>}
        {lost > 0 && <span class="numbers tone-lost" title="Calls of a process that fell silent before they ended">{formatCount(lost)} lost</span>}
      </div>
      <div class="grid" role="treegrid" aria-label="Calls" aria-rowcount={total} tabIndex={0} aria-activedescendant={active >= 0 ? `span-${from + active}` : undefined} onClick={(event) => event.currentTarget.focus()}>
        <VirtualRows
          total={total} rowHeight={rowHeight()} scroller={scroller} reveal={follows ? newest : treeIndex} revealToken={follows ? `newest ${newest}` : `chosen ${reveal} ${chosen}`}
          onWindow={(first, count) => send({ kind: "window", pane: "tree", window: { from: first, count } })} onScroll={onScroll}
        >
          {rows.slice(0, drawn).map((row, i) => <TreeRow key={row.key} row={row} index={from + i} height={rowHeight()} isSelected={row.key === chosen} />)}
        </VirtualRows>
      </div>
      {total === 0 && (
        <div class="empty">
          <p class="muted">No calls yet. One shows here when its function emits both a start and a finish.</p>
        </div>
      )}
    </>
  );
}

interface TreeRowProps {
  readonly row: TreeRowView;
  readonly index: number;
  readonly height: number;
  readonly isSelected: boolean;
}

/** One row, drawn again only when something that it shows has changed: most stand still while others come. */
class TreeRow extends Component<TreeRowProps> {
  override shouldComponentUpdate(next: TreeRowProps): boolean {
    const { row, index, height, isSelected } = this.props;
    return index !== next.index || height !== next.height || isSelected !== next.isSelected || !isSame(row, next.row);
  }

  override render({ row, index, height, isSelected }: TreeRowProps) {
    const isShut = !row.isOpen || row.kind === "run";
    return (
      <div
        id={`span-${index}`} class={`tree-row ${isSelected ? "is-selected" : ""} ${row.isDimmed ? "is-dimmed" : ""} status-${row.status}`} role="row" tabIndex={-1} aria-level={row.depth + 1}
        aria-rowindex={index + 1} aria-selected={isSelected} aria-expanded={row.hasChildren ? row.isOpen : undefined} aria-label={wordsOf(row)}
        style={{ top: `${index * height}px`, paddingInlineStart: `${6 + Math.min(row.depth, 24) * 14}px` }}
        onClick={() => (row.kind === "span" ? select({ kind: "span", key: row.key }) : toggleBranch(row.key))}
      >
        <Branch row={row} />
        <StatusIcon status={row.status} isSaid />
        <TypeIcon type={row.type} icon={row.icon} hue={row.hue} />
        <span role="gridcell" class="tree-label">{row.label}</span>
        {row.node !== "" && <span class="tree-node mono">{row.node}</span>}
        <span role="gridcell" class={row.error === "" ? "tree-detail" : "tree-detail tone-error"}>{row.error || row.detail}</span>
        <Marks row={row} isShut={isShut} />
        {isShut && row.cost > 0 && <span class="tree-cost numbers" title="Cost of the call and all below it">{formatCost(row.cost)}</span>}
        <span role="gridcell" class="tree-time numbers">
          {row.status === "running" ? <Elapsed since={row.startedAt} /> : row.status === "lost" ? "lost" : formatDuration(row.duration)}
        </span>
      </div>
    );
  }
}

function isSame(a: TreeRowView, b: TreeRowView): boolean {
  return a === b || (Object.keys(b) as (keyof TreeRowView)[]).every((key) => Object.is(a[key], b[key]));
}

/** A row as it is read aloud. */
function wordsOf(row: TreeRowView): string {
  const lasted = row.status === "running" || row.status === "lost" ? "" : formatDuration(row.duration);
  const below = row.errorsBelow > 0 ? `${row.errorsBelow} errors below` : "";
  return [row.label, row.node, lookOf(row.status).word, row.error || row.detail, lasted, below].filter(Boolean).join(", ");
}

function Marks({ row, isShut }: { row: TreeRowView; isShut: boolean }) {
  return (
    <>
      {row.retries > 0 && (
        <button type="button" role="gridcell" class="mark" tabIndex={-1} title="Earlier attempts that failed; click to show them" onClick={(event) => {
          event.stopPropagation();
          toggleBranch(`retries:${row.key}`);
        }}>
          ×{row.retries + 1}
        </button>
      )}
      {row.repeats > 0 && <span class="mark tone-warn" title={`Called ${row.repeats} times with the same arguments`}>same ×{row.repeats}</span>}
      {isShut && row.errorsBelow > 0 && <span class="mark tone-error" title="errors below">✕{row.errorsBelow}</span>}
      {!row.isOpen && row.below > 0 && <span class="mark" title="calls below">+{formatCount(row.below)}</span>}
    </>
  );
}

function Branch({ row }: { row: TreeRowView }) {
  if (!row.hasChildren) return <span class="branch" />;
  const toggle = (event: Event) => {
    event.stopPropagation();
    toggleBranch(row.key);
  };
  return (
    <button type="button" role="gridcell" class="branch" tabIndex={-1} aria-label={row.isOpen ? "Close branch" : "Open branch"} onClick={toggle}>
      <Icon name={row.isOpen ? "down" : "right"} />
    </button>
  );
}

function Elapsed({ since }: { since: number }) {
  return <>{formatElapsed((logNow.value - since) / 1000)}</>;
}
