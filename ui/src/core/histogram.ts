// Owns a bounded picture of many durations: buckets that grow by a fixed factor, so that a percentile of a millisecond
// and of an hour are equally near. It keeps no single duration.

/** Buckets in a doubling: what a percentile says is at most a twentieth off. */
const PER_DOUBLING = 8;
/** A microsecond, and what is shorter. */
const SHORTEST = 1e-6;
const BUCKETS = 40 * PER_DOUBLING;

export class Histogram {
  private readonly counts = new Uint32Array(BUCKETS);
  private total = 0;
  max = Number.NaN;
  sum = 0;

  get size(): number {
    return this.total;
  }

  /** Adds a duration in seconds; what is none is left out. */
  add(seconds: number): void {
    if (!(seconds >= 0)) return;
    const bucket = Math.min(Math.max(Math.floor(Math.log2(Math.max(seconds, SHORTEST) / SHORTEST) * PER_DOUBLING), 0), BUCKETS - 1);
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
    this.total += 1;
    this.sum += seconds;
    if (!(this.max >= seconds)) this.max = seconds;
  }

  /** Adds all of another one. */
  addAll(other: Histogram): void {
    for (let bucket = 0; bucket < BUCKETS; bucket += 1) this.counts[bucket] = (this.counts[bucket] ?? 0) + (other.counts[bucket] ?? 0);
    this.total += other.total;
    this.sum += other.sum;
    if (other.total > 0 && !(this.max >= other.max)) this.max = other.max;
  }

  /** The duration that a share of all do not exceed, to the width of a bucket; NaN where there are none. */
  percentile(share: number): number {
    if (this.total === 0) return Number.NaN;
    let left = Math.max(Math.ceil(this.total * share), 1);
    for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
      left -= this.counts[bucket] ?? 0;
      if (left <= 0) return Math.min(SHORTEST * 2 ** ((bucket + 0.5) / PER_DOUBLING), this.max);
    }
    return this.max;
  }
}
