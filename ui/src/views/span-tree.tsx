// Owns the tree of calls. Rows are placed by index; the worker has decided their order.
import { useSignal, useSignalEffect } from "@preact/signals";
import { useRef } from "preact/hooks";
import { Icon, type IconName } from "../components/icon";
import { Status } from "../components/status";
import { VirtualRows } from "../components/virtual-rows";
import { formatCount, formatDuration, formatElapsed } from "../core/format";
import type { TreeRowView } from "../core/messages";
import { send } from "./link";
import { rowHeight } from "./media";
import { logNow, select, selection, toggleBranch, tree, treeFollowing } from "./state";

const ICONS: Record<string, IconName> = { step: "step", llm: "llm", tool: "tool", search: "lens", run: "run", node: "node" };

export function SpanTree() {
  const scroller = useRef<HTMLDivElement>(null);
  const reveal = useSignal({ index: -1, token: "" });
  useSignalEffect(() => {
    const chosen = selection.value;
    const { newest } = tree.value;
    if (treeFollowing.value) reveal.value = { index: newest, token: `newest ${newest}` };
    else reveal.value = { index: chosen.treeIndex, token: `chosen ${chosen.reveal} ${chosen.span}` };
  });
  const { total, rows, from, spans } = tree.value;
  const chosen = selection.value.span;
  const active = rows.findIndex((row) => row.key === chosen);
  // Looking back stops the tree from moving; going to its end takes it up again.
  const onScroll = (top: number, moved: number) => {
    const box = scroller.current;
    if (!box) return;
    if (moved < 0) treeFollowing.value = false;
    else if (moved > 0 && top + box.clientHeight >= box.scrollHeight - 4 && chosen === "") treeFollowing.value = true;
  };
  return (
    <div class="grid" role="treegrid" aria-label="Spans" aria-rowcount={total} tabIndex={0} aria-activedescendant={active >= 0 ? `span-${from + active}` : undefined}>
      <div class="tree-head">
        <span>Spans</span>
        <span class="numbers muted">{formatCount(spans)}</span>
      </div>
      <VirtualRows
        total={total} rowHeight={rowHeight()} scroller={scroller} reveal={reveal.value.index} revealToken={reveal.value.token}
        onWindow={(first, count) => send({ kind: "window", pane: "tree", window: { from: first, count } })} onScroll={onScroll}
      >
        {rows.map((row, i) => <TreeRow key={row.key} row={row} index={from + i} isSelected={row.key === chosen} />)}
      </VirtualRows>
      {total === 0 && (
        <div class="empty">
          <p class="muted">No spans. A call shows here when its function emits both a start and a finish.</p>
        </div>
      )}
    </div>
  );
}

function TreeRow({ row, index, isSelected }: { row: TreeRowView; index: number; isSelected: boolean }) {
  const kind = /^[a-z]+/.exec(row.type)?.[0] ?? "";
  return (
    <div
      id={`span-${index}`} class={`tree-row ${isSelected ? "is-selected" : ""} status-${row.status}`} role="row" aria-level={row.depth + 1}
      aria-rowindex={index + 1} aria-selected={isSelected} aria-expanded={row.hasChildren ? row.isOpen : undefined}
      style={{ transform: `translateY(${index * rowHeight()}px)`, paddingInlineStart: `${6 + Math.min(row.depth, 24) * 14}px` }}
      onClick={() => (row.kind === "span" ? select({ kind: "span", key: row.key }) : toggleBranch(row.key))}
    >
      <Branch row={row} />
      <Status status={row.status} terse />
      <span class="kind" title={row.type}><Icon name={ICONS[kind] ?? "other"} /></span>
      <span role="gridcell" class="tree-text">
        <span class="tree-label">{row.label}</span>
        {row.node !== "" && <span class="tree-node mono">{row.node}</span>}
        {row.error === "" ? <span class="tree-detail">{row.detail}</span> : <span class="tree-error tone-error">{row.error}</span>}
      </span>
      {row.errorsBelow > 0 && (!row.isOpen || row.kind === "run") && (
        <span class="below tone-error" title="errors below"><Icon name="cross" />{row.errorsBelow}</span>
      )}
      {!row.isOpen && row.below > 0 && <span class="below muted" title="spans below">+{formatCount(row.below)}</span>}
      <span role="gridcell" class="tree-time numbers">
        {row.status === "running" ? <Elapsed since={row.startedAt} /> : row.status === "lost" ? "lost" : formatDuration(row.duration)}
      </span>
    </div>
  );
}

function Branch({ row }: { row: TreeRowView }) {
  if (!row.hasChildren) return <span class="branch" />;
  const toggle = (event: Event) => {
    event.stopPropagation();
    toggleBranch(row.key);
  };
  return (
    <button type="button" class="branch" tabIndex={-1} aria-label={row.isOpen ? "Close branch" : "Open branch"} onClick={toggle}>
      <Icon name={row.isOpen ? "down" : "right"} />
    </button>
  );
}

function Elapsed({ since }: { since: number }) {
  return <>{formatElapsed((logNow.value - since) / 1000)}</>;
}
