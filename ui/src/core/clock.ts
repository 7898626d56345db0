// Owns the time by which silence is judged. It runs on the bridge's clock and stands still while nothing can be
// heard, so that a lost connection never makes an agent look dead.

/** Time on the log's side, as far as this page can know it. */
export class LogClock {
  private offset = 0;
  private stoppedAt: number | undefined;
  private wasLive = false;
  private liveSince = Number.NEGATIVE_INFINITY;

  constructor(private readonly local: () => number) {}

  /** The bridge said what time it is. */
  sync(serverTime: number): void {
    if (Number.isFinite(serverTime)) this.offset = serverTime - this.local();
  }

  /** The stream is caught up and the log answers, or not any more. */
  setLive(live: boolean): void {
    if (live === (this.wasLive && this.stoppedAt === undefined)) return;
    if (live) {
      // After an outage, producers get the same patience as before it: their signs of life may still be queued.
      if (this.wasLive) this.liveSince = this.running();
      this.wasLive = true;
      this.stoppedAt = undefined;
    } else {
      this.stoppedAt = this.running();
    }
  }

  /** Now on the log's clock, or when it was last known. */
  now(): number {
    return this.stoppedAt ?? this.running();
  }

  /** Whether time passes: durations of open spans grow only then. */
  isRunning(): boolean {
    return this.wasLive && this.stoppedAt === undefined;
  }

  /** Milliseconds to add to the page's clock. */
  get offsetMs(): number {
    return this.offset;
  }

  /** The time to hold against a sign of life; no more of the silence counts than could be heard. */
  silenceSince(signalAt: number): number {
    return Math.max(signalAt, this.liveSince);
  }

  private running(): number {
    return this.local() + this.offset;
  }
}

const BUCKET_MS = 250;
const BUCKETS = 12;

/** Events per second over the last three seconds. */
export class Rate {
  private readonly counts = new Array<number>(BUCKETS).fill(0);
  private bucket = 0;

  add(now: number, events: number): void {
    this.advance(now);
    this.counts[this.bucket % BUCKETS] = (this.counts[this.bucket % BUCKETS] ?? 0) + events;
  }

  perSecond(now: number): number {
    this.advance(now);
    return (this.counts.reduce((sum, count) => sum + count, 0) * 1000) / (BUCKETS * BUCKET_MS);
  }

  private advance(now: number): void {
    const current = Math.floor(now / BUCKET_MS);
    const steps = Math.min(current - this.bucket, BUCKETS);
    for (let i = 1; i <= steps; i += 1) this.counts[(this.bucket + i) % BUCKETS] = 0;
    if (steps === BUCKETS) this.counts.fill(0);
    if (current > this.bucket) this.bucket = current;
  }
}
