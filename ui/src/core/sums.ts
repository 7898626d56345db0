// Owns the sums that are kept of runs, spans and nodes. They are whole numbers, so that adding and taking away in any
// order gives the same: that is what lets a moment in the past be told from the present.

/** Of a run. */
export interface RunSums {
  events: number;
  errors: number;
  tokens: number;
  tokensIn: number;
  tokensOut: number;
  /** Billionths of a dollar. */
  nanos: number;
  llmCalls: number;
  toolCalls: number;
  spans: number;
  openSpans: number;
}

/** Of a span and everything below it; `below` counts the spans. */
export interface SpanSums {
  below: number;
  errors: number;
  tokens: number;
  nanos: number;
}

/** Of what was done on a node of the plan itself. */
export interface NodeSums {
  calls: number;
  errors: number;
  tokens: number;
  nanos: number;
}

export const noRunSums = (): RunSums => ({
  events: 0, errors: 0, tokens: 0, tokensIn: 0, tokensOut: 0, nanos: 0, llmCalls: 0, toolCalls: 0, spans: 0, openSpans: 0,
});
export const noSpanSums = (): SpanSums => ({ below: 0, errors: 0, tokens: 0, nanos: 0 });
export const noNodeSums = (): NodeSums => ({ calls: 0, errors: 0, tokens: 0, nanos: 0 });

/** `sums` and `delta` together, as something new. */
export function plus<Sums extends RunSums | SpanSums | NodeSums>(sums: Sums, delta: Sums | undefined): Sums {
  if (!delta) return sums;
  const result = { ...sums } as Record<string, number>;
  for (const [key, value] of Object.entries(delta)) result[key] = (result[key] ?? 0) + (value as number);
  return result as unknown as Sums;
}

/** Dollars. */
export function dollars(nanos: number): number {
  return nanos / 1e9;
}

/** Billionths of a dollar, as near as they come. */
export function nanosOf(dollars: number): number {
  return Math.round(dollars * 1e9);
}
