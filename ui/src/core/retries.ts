// Owns which calls are attempts at the same thing: brothers that were called alike, one after another failed. It reads
// spans and changes none.
import { isFailure } from "./event";
import type { Lens } from "./lens";
import { callType, kindOf } from "./names";
import type { Run } from "./runs";
import type { Span } from "./spans";

/** Attempts by the call that followed them, oldest first; a call that is an attempt itself is in no list's key. */
export type Retries = ReadonlyMap<Span, readonly Span[]>;

const NONE: Retries = new Map();

/** Looks through brothers in the order they began. */
export function retriesAmong(brothers: Iterable<Span>, lens: Lens): Retries {
  let failed: Map<string, Span[]> | undefined;
  const found = new Map<Span, readonly Span[]>();
  for (const span of brothers) {
    if (!lens.hasBegun(span)) continue;
    const hasFailed = lens.isFinished(span) && isFailure(span.outcome);
    if (!hasFailed && !failed) continue;
    const name = attemptName(span);
    if (name === "") continue;
    const before = failed?.get(name);
    const isNext = before !== undefined && (before.at(-1)?.finishSeq ?? Number.POSITIVE_INFINITY) < span.firstSeq;
    if (isNext) {
      failed?.delete(name);
      // The call that was the last one so far is now an attempt as well.
      const last = before.at(-1);
      if (last) found.delete(last);
      found.set(span, before);
    }
    if (hasFailed) (failed ??= new Map<string, Span[]>()).set(name, [...(isNext ? before : []), span]);
  }
  return found.size > 0 ? found : NONE;
}

/** Names of failed calls that are remembered of one parent. */
const MAX_FAILED_NAMES = 4096;

/** The failed calls below one parent, by the name that another attempt would have; nothing where they are too many. */
interface Failed {
  readonly names: Set<string>;
  /** An attempt was made again: calls stand in the line of others. */
  folds: boolean;
}

/** What failed, so that another attempt at it is known as one when it begins. */
export class FailedCalls {
  private readonly failed = new WeakMap<Span | Run, Failed>();

  add(span: Span): void {
    const around = span.parent ?? span.run;
    const failed = this.failed.get(around) ?? { names: new Set(), folds: false };
    this.failed.set(around, failed);
    const name = attemptName(span);
    if (name !== "" && failed.names.size < MAX_FAILED_NAMES) failed.names.add(name);
  }

  /** A call that may be another attempt at one that failed takes that one into its line; gives whether it is one. */
  foldInto(span: Span): boolean {
    const failed = this.failed.get(span.parent ?? span.run);
    if (!failed || (failed.names.size < MAX_FAILED_NAMES && !failed.names.has(attemptName(span)))) return false;
    failed.folds = true;
    return true;
  }

  /** Whether calls stand in the line of others there. */
  haveFolded(around: Span | Run): boolean {
    return this.failed.get(around)?.folds ?? false;
  }
}

/** Equal for calls that may be attempts at the same thing; empty where arguments are unknown. */
function attemptName(span: Span): string {
  if (span.callKey !== 0) return `${span.callKey}`;
  return kindOf(span.type) === "step" && span.node !== "" ? `${callType(span.type)} ${span.label} ${span.node}` : "";
}
