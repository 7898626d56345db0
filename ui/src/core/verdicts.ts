// Owns what a judge said of each row that is kept: a byte each, so that counts of any moment are a matter of counting.

export class Verdicts {
  private bytes = new Uint8Array(4096);
  private base: number;

  constructor(first: number) {
    this.base = first;
  }

  get(seq: number): number {
    return this.bytes[seq - this.base] ?? 0;
  }

  /** Rows before `first` are not kept any more. */
  set(seq: number, verdict: number, first: number): void {
    if (seq - this.base >= this.bytes.length) this.makeRoom(seq, first);
    this.bytes[seq - this.base] = verdict;
  }

  private makeRoom(seq: number, first: number): void {
    const kept = this.bytes.subarray(first - this.base);
    const needed = seq - first + 1;
    const room = needed > this.bytes.length / 2 ? new Uint8Array(Math.max(needed, this.bytes.length) * 2) : new Uint8Array(this.bytes.length);
    room.set(kept);
    this.bytes = room;
    this.base = first;
  }
}
