// Owns the table of events. Rows are placed by rank, counted from the oldest: a new row moves the whole stack by one
// transform, and no drawn row is touched.
import { Component } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useGradual } from "../components/gradual";
import { Icon } from "../components/icon";
import { Status } from "../components/status";
import { TypeIcon } from "../components/type-icon";
import { ROW_POOL, VirtualRows } from "../components/virtual-rows";
import { formatCount, formatDuration, formatTime, localZone } from "../core/format";
import type { RowView } from "../core/messages";
import { Empty } from "./empty";
import { send } from "./link";
import { isNarrow, rowHeight } from "./media";
import { follow, following, isPast, moment, pointer, select, selection, table } from "./state";

const COLUMNS = ["Time", "Type", "Payload", "Outcome", "Duration", "Node", "Model or tool"];

/** Times are the viewer's, while a log may be anyone's. */
const ZONE = localZone(Date.now());

/** Positions are counted from a rank that moves on now and then, for browsers place nothing at hundreds of millions of pixels. */
const RANKS_PER_BASE = 100_000;

export function EventTable() {
  const scroller = useRef<HTMLDivElement>(null);
  const { total, topRank, rows, gaps } = table.value;
  const { seq, tableIndex, reveal, span } = pointer.value;
  const base = Math.floor(topRank / RANKS_PER_BASE) * RANKS_PER_BASE;
  const isFollowing = following.value;
  const drawn = useGradual(rows.length);
  useEffect(() => {
    if (isFollowing && scroller.current) scroller.current.scrollTop = 0;
  }, [isFollowing]);
  // Another moment has other newest rows, and these are what one went there for.
  const { kind, seq: momentSeq } = moment.value;
  useEffect(() => {
    if (kind === "past" && scroller.current) scroller.current.scrollTop = 0;
  }, [kind, momentSeq]);
  const active = tableIndex >= 0 && rows.some((row) => row.seq === seq);
  return (
    <>
      <div
        class="grid" role="grid" aria-label="Events, newest first" aria-rowcount={total + 1} aria-colcount={COLUMNS.length}
        tabIndex={0} aria-activedescendant={active ? `row-${seq}` : undefined} onClick={(event) => event.currentTarget.focus()}
      >
        <div class="row head" role="row" aria-rowindex={1}>
          {COLUMNS.map((name, i) => (
            <span key={name} role="columnheader" class={`cell c${i}`} title={i === 0 ? `Local time, ${ZONE.name}` : undefined}>
              {i === 0 ? `${name} ${ZONE.short}` : name}
            </span>
          ))}
        </div>
        <VirtualRows
          total={total} rowHeight={rowHeight()} shift={topRank - base} scroller={scroller} reveal={tableIndex} revealToken={reveal}
          onWindow={(from, count) => send({ kind: "window", pane: "table", window: { from, count } })}
          onScroll={() => leaveOrJoin(scroller.current?.scrollTop ?? 0)}
        >
          {rows.slice(0, drawn).map((row) => (
            <EventRow
              key={((row.rank % ROW_POOL) + ROW_POOL) % ROW_POOL} row={row} offset={base - row.rank} index={topRank - row.rank} height={rowHeight()}
              isSelected={row.seq === seq} isRelated={span !== "" && row.span === span && row.seq !== seq} isNarrow={isNarrow.value}
            />
          ))}
        </VirtualRows>
      </div>
      {total - gaps <= 0 && <Empty />}
      <FollowButton />
    </>
  );
}

function FollowButton() {
  if (following.value || isPast.value) return null;
  const waiting = table.value.waiting;
  return (
    <button type="button" class="button follow" title="Follow the newest row (f)" onClick={follow}>
      <Icon name="up" />
      <span>{waiting > 0 ? `${formatCount(waiting)} new` : "Follow"}</span>
    </button>
  );
}

/** Scrolling away stops following; scrolling back to the top takes it up again, unless a row is being read. */
function leaveOrJoin(top: number): void {
  if (top > 4) following.value = false;
  else if (selection.peek().seq < 0) following.value = true;
}

interface EventRowProps {
  readonly row: RowView;
  readonly offset: number;
  readonly index: number;
  readonly height: number;
  readonly isSelected: boolean;
  readonly isRelated: boolean;
  readonly isNarrow: boolean;
}

/** One row. What it shows never changes but for its status, so it is drawn once. */
class EventRow extends Component<EventRowProps> {
  override shouldComponentUpdate(next: EventRowProps): boolean {
    const { row, offset, height, isSelected, isRelated } = this.props;
    return row.seq !== next.row.seq || row.status !== next.row.status || row.isDimmed !== next.row.isDimmed || offset !== next.offset || height !== next.height
      || isSelected !== next.isSelected || isRelated !== next.isRelated;
  }

  override render({ row, offset, index, height, isSelected, isRelated, isNarrow }: EventRowProps) {
    return (
      <div
        id={`row-${row.seq}`} class={`row at-rank phase-${row.phase} ${isSelected ? "is-selected" : ""} ${isRelated ? "is-related" : ""} ${row.isDimmed ? "is-dimmed" : ""}`}
        role="row" tabIndex={-1} aria-rowindex={index + 2} aria-selected={isSelected} style={{ top: `${offset * height}px` }}
        onClick={() => select({ kind: "row", seq: row.seq })}
      >
        {row.kind === "gap" ? <GapCells row={row} /> : <EventCells row={row} isNarrow={isNarrow} />}
      </div>
    );
  }
}

function EventCells({ row, isNarrow }: { row: RowView; isNarrow: boolean }) {
  return (
    <>
      <span role="gridcell" class="cell c0 mono" title={row.ts}>{formatTime(row.at, Date.now()) || "no time"}</span>
      <span role="gridcell" class="cell c1 mono">{row.icon !== "" && <TypeIcon type={row.type} icon={row.icon} hue={row.hue} />}{row.type}</span>
      <span role="gridcell" class="cell c2">
        {isNarrow && <span class="subject">{row.node || row.subject}</span>}
        {row.summary}
      </span>
      <span role="gridcell" class="cell c3"><Status status={row.status} /></span>
      <span role="gridcell" class="cell c4 numbers">{formatDuration(row.duration)}</span>
      <span role="gridcell" class="cell c5 mono" title={row.nodeId}>{row.node}</span>
      <span role="gridcell" class="cell c6">{row.subject}</span>
    </>
  );
}

function GapCells({ row }: { row: RowView }) {
  return (
    <span role="gridcell" class="cell gap-cell tone-warn" aria-colspan={COLUMNS.length}>
      <Icon name="gap" /> {row.summary}
    </span>
  );
}
