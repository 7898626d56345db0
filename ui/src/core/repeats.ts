// Owns the question whether an event is here already. One that comes again has the id and the text of the first; two
// events that merely share an id, as careless producers write them, are two.
import type { Row } from "./event";
import type { Rows } from "./rows";

/** Which events are kept, by id. */
export class Repeats {
  /** The first row of each id. Its text is compared where it lies. */
  private readonly firsts = new Map<string, number>();
  /** Id and text of the others. Hardly ever any, and found at once even where a producer gives all events one id. */
  private readonly others = new Set<string>();

  constructor(private readonly rows: Rows) {}

  has(row: Row): boolean {
    if (row.id === "") return false;
    const first = this.firsts.get(row.id);
    if (first !== undefined && this.rows.get(first)?.text === row.text) return true;
    return this.others.size > 0 && this.others.has(nameOf(row));
  }

  add(row: Row): void {
    if (row.id === "") return;
    if (this.firsts.has(row.id)) this.others.add(nameOf(row));
    else this.firsts.set(row.id, row.seq);
  }

  /** The row is no longer kept. */
  forget(row: Row): void {
    if (this.firsts.get(row.id) === row.seq) this.firsts.delete(row.id);
    else if (this.others.size > 0) this.others.delete(nameOf(row));
  }
}

function nameOf(row: Row): string {
  return `${row.id}\n${row.text}`;
}
