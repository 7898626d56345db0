// Owns which rows a viewer asked for. A filter is a value; whether a row passes depends on nothing else.
import { isFailure, type Row } from "./event";

/** Which run is shown: the newest (and what belongs to none), one, everything, or what belongs to none. */
export type Scope = { readonly kind: "auto" } | { readonly kind: "all" } | { readonly kind: "none" } | { readonly kind: "run"; readonly id: string };

export interface Filter {
  /** The query: words, `"a phrase"`, `key:value`, `key>value`, each also with `-` before it. */
  readonly text: string;
  /** Rows that the query does not pass are dimmed, not hidden. */
  readonly marks?: boolean;
  readonly hiddenTypes: readonly string[];
  readonly errorsOnly: boolean;
  readonly showInternal: boolean;
}

export const NO_FILTER: Filter = { text: "", hiddenTypes: [], errorsOnly: false, showInternal: false };

/** Where a row stands: in the table as an event or as a gap, hidden by the filter, of another run, or not asked for. */
export type Verdict = "shown" | "gap" | "hidden" | "outside" | "internal";

/** The judge for a filter. `run` is the run shown, empty for all; runless rows are in scope unless one was picked. */
export function judge(filter: Filter, scope: Scope, run: string): (row: Row) => Verdict {
  const hidden = new Set(filter.hiddenTypes);
  const terms = filter.text.trim().split(/\s+/).filter((term) => term !== "").map(termPattern);
  const inScope = (row: Row): boolean => {
    if (scope.kind === "all") return true;
    if (scope.kind === "none") return row.run === "";
    return row.run === run || (row.run === "" && scope.kind === "auto");
  };
  return (row) => {
    // What is missing from the stream is missing from every view of it.
    if (row.kind === "gap") return "gap";
    if (row.internal && !filter.showInternal) return "internal";
    if (!inScope(row)) return "outside";
    if (hidden.has(row.type) || (filter.errorsOnly && !isFailure(row.outcome) && row.outcome !== "invalid")) return "hidden";
    return terms.every((term) => term.test(row.text)) ? "shown" : "hidden";
  };
}

/** A term matches as it is typed, or as JSON writes it inside a string. */
function termPattern(term: string): RegExp {
  const inString = JSON.stringify(term).slice(1, -1);
  const forms = inString === term ? [term] : [term, inString];
  return new RegExp(forms.map((form) => form.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|"), "i");
}
