// Owns which moment is looked at: live, or a place in the past to which one went, stepped, or which plays on. The intake
// never waits for it.
import type { MomentView, Destination } from "./messages";
import { Past } from "./past";
import type { Run } from "./runs";
import type { Store } from "./store";

export class Journey {
  private moment: Past | undefined;
  private speed = 0;
  /** Where in the log's time the past plays, and when that was so on the page's clock. */
  private playhead = Number.NaN;
  private playedAt = Number.NaN;

  constructor(private readonly store: Store, private readonly localNow: () => number) {}

  /** The past that is looked at; undefined while live. */
  get past(): Past | undefined {
    // What was evicted can't be looked at any more: the moment moves on to the oldest that can.
    if (this.moment && this.moment.seq < this.store.rows.firstSeq) this.moment.moveTo(this.store.rows.firstSeq);
    return this.moment;
  }

  get isPlaying(): boolean {
    return this.speed > 0;
  }

  travel(to: Destination, run: Run | undefined): void {
    this.speed = 0;
    if (to === "live") this.moment = undefined;
    else this.goTo("seq" in to ? to.seq : this.store.rows.seqAt(to.at), run);
  }

  /** By so many events of the run, or of all where none is shown. */
  step(by: number, run: Run | undefined): void {
    this.speed = 0;
    const { rows } = this.store;
    const number = run ? rows.words.find(run.id) : -1;
    let seq = this.moment?.seq ?? rows.nextSeq - 1;
    const step = by < 0 ? -1 : 1;
    for (let left = Math.abs(Math.trunc(by)); left > 0; left -= 1) {
      let next = seq + step;
      while (next >= rows.firstSeq && next < rows.nextSeq && run && rows.chunkOf(next)?.counts.run[next - (rows.chunkOf(next)?.first ?? 0)] !== number) next += step;
      if (next < rows.firstSeq || next >= rows.nextSeq) break;
      seq = next;
    }
    this.goTo(seq, run);
  }

  play(speed: number, run: Run | undefined): void {
    this.speed = Number.isFinite(speed) && speed > 0 ? Math.min(speed, 1000) : 0;
    if (this.speed === 0) return;
    // From live there is nothing to play but the run from its beginning.
    if (!this.moment) this.goTo(Math.max(run?.firstSeq ?? 0, this.store.rows.firstSeq), run);
    this.playhead = this.timeAt(this.moment?.seq ?? -1);
    this.playedAt = this.localNow();
  }

  /** Goes on with what plays; says whether the moment moved. */
  tick(): boolean {
    if (this.speed === 0 || !this.moment) return false;
    const now = this.localNow();
    this.playhead += Math.max(now - this.playedAt, 0) * this.speed;
    this.playedAt = now;
    const seq = Math.max(this.store.rows.seqAt(this.playhead), this.moment.seq);
    if (seq >= this.store.rows.nextSeq - 1) {
      this.travel("live", undefined);
      return true;
    }
    if (seq === this.moment.seq) return false;
    this.moment.moveTo(seq);
    return true;
  }

  view(run: Run | undefined): MomentView {
    const { rows } = this.store;
    const { past } = this;
    const newest = rows.nextSeq - 1;
    const firstSeq = Math.max(run?.firstSeq ?? 0, rows.firstSeq);
    const lastSeq = run?.lastSeq ?? newest;
    const seq = past?.seq ?? newest;
    return {
      kind: past ? "past" : "live", seq, at: past ? this.timeAt(seq) : this.timeAt(newest), firstSeq, firstAt: rows.at(firstSeq), lastSeq, lastAt: rows.at(lastSeq),
      behind: past ? newest - seq : 0, speed: this.speed,
    };
  }

  private goTo(seq: number, run: Run | undefined): void {
    const { rows } = this.store;
    if (rows.size === 0) return;
    const first = Math.max(run?.firstSeq ?? 0, rows.firstSeq);
    const target = Math.min(Math.max(seq, first), rows.nextSeq - 1);
    if (this.moment) this.moment.moveTo(target);
    else this.moment = new Past(this.store, target);
  }

  /** The log's time at a row: the latest of all up to it. */
  private timeAt(seq: number): number {
    const chunk = this.store.rows.chunkOf(seq);
    const at = chunk?.latest[seq - chunk.first] ?? Number.NaN;
    return Number.isFinite(at) ? at : Number.NaN;
  }
}
