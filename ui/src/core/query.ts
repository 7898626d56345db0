// Owns the language of the search field: words, "phrases", `key:value` and `key>value`, each also with `-` before it.
// What can't be understood says what to write instead and is left out; it never hides a row.

/** What a part asks of a row. */
export type Test =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "is"; readonly key: Key; readonly values: readonly string[] }
  | { readonly kind: "number"; readonly key: NumberKey; readonly compare: Compare; readonly value: number }
  /** A field of the payload, at any depth. */
  | { readonly kind: "field"; readonly name: string; readonly compare: Compare | ":"; readonly value: string };

export type Key = "type" | "status" | "outcome" | "node" | "tool" | "model" | "run" | "span";
export type NumberKey = "dur" | "tokens" | "cost" | "size";
export type Compare = ">" | ">=" | "<" | "<=" | "=";

export interface Part {
  readonly text: string;
  readonly from: number;
  readonly to: number;
  readonly negated: boolean;
  readonly test: Test | null;
  /** Why there is no test. */
  readonly error: string;
}

const KEYS: readonly Key[] = ["type", "status", "outcome", "node", "tool", "model", "run", "span"];
const NUMBER_KEYS: readonly NumberKey[] = ["dur", "tokens", "cost", "size"];

/** Other words for keys. */
const ALIASES: Record<string, string> = { duration: "dur", time: "dur", is: "status", token: "tokens", bytes: "size", kind: "type" };

/** The grammar in one line, for who got it wrong. */
export const KEYS_IN_WORDS = "type, status, node, tool, model, outcome, run, span, dur, tokens, cost, size";

const UNITS: Record<NumberKey, Record<string, number>> = {
  dur: { "": 1, us: 1e-6, µs: 1e-6, ms: 1e-3, s: 1, m: 60, min: 60, h: 3600 },
  tokens: { "": 1, k: 1e3, m: 1e6 },
  cost: { "": 1, c: 0.01, "¢": 0.01 },
  size: { "": 1, b: 1, k: 1e3, kb: 1e3, m: 1e6, mb: 1e6 },
};

const EXAMPLES: Record<NumberKey, string> = { dur: "dur>2s, dur<300ms", tokens: "tokens>1000", cost: "cost>0.01", size: "size>10kb" };

/** All parts of a query, in its order. */
export function parseQuery(query: string): Part[] {
  const parts: Part[] = [];
  for (const match of query.matchAll(/-?(?:[\w.@]+(?::|>=|<=|>|<|=)(?!\/\/))?(?:"(?:[^"\\]|\\.)*"?|\S)+/g)) {
    const [text] = match;
    parts.push({ text, from: match.index, to: match.index + text.length, ...parsePart(text) });
  }
  return parts;
}

type Meaning = Pick<Part, "negated" | "test" | "error">;

function parsePart(text: string): Meaning {
  // A lone dash, or one before a number, is text.
  const negated = /^-[^\s\d-]/.test(text);
  const body = negated ? text.slice(1) : text;
  const pair = /^([A-Za-z_][\w.]*)(:>=|:<=|:>|:<|:|>=|<=|>|<|=)(?!\/\/)([\s\S]*)$/.exec(body);
  if (!pair) return { negated, test: { kind: "text", text: unquote(body) }, error: "" };
  const [, written = "", sign = "", rest = ""] = pair;
  return { negated, ...parsePair(written, sign.length > 1 && sign.startsWith(":") ? sign.slice(1) : sign, unquote(rest)) };
}

function parsePair(written: string, sign: string, value: string): Pick<Meaning, "test" | "error"> {
  const lower = written.toLowerCase();
  const key = Object.hasOwn(ALIASES, lower) ? (ALIASES[lower] ?? lower) : lower;
  if (value === "") return nonsense(`${written}${sign} has no value yet. Write for example ${exampleOf(key)}.`);
  if (isOneOf(NUMBER_KEYS, key)) return parseNumber(key, sign, value);
  if (isOneOf(KEYS, key)) {
    if (sign !== ":" && sign !== "=") return nonsense(`${written} is a name, not a number: write ${key}:${value}.`);
    return { test: { kind: "is", key, values: value.split(",").filter((it) => it !== "").map((it) => it.toLowerCase()) }, error: "" };
  }
  const meant = [...KEYS, ...NUMBER_KEYS].find((known) => distance(known, lower) === 1);
  if (meant) return nonsense(`There is no key ${written}. Did you mean ${meant}${sign}${value}? Keys: ${KEYS_IN_WORDS}; any other is a field of the payload.`);
  return { test: { kind: "field", name: written, compare: sign as Compare | ":", value: value.toLowerCase() }, error: "" };
}

function parseNumber(key: NumberKey, sign: string, value: string): Pick<Meaning, "test" | "error"> {
  const [, digits = "", unit = ""] = /^\$?(\d+(?:\.\d+)?|\.\d+)\s*([a-zµ¢]*)$/i.exec(value) ?? [];
  const factor = UNITS[key][unit.toLowerCase()];
  if (digits === "") return nonsense(`${value} is no number. Write for example ${EXAMPLES[key]}.`);
  if (factor === undefined) return nonsense(`${unit} is no unit of ${key}. Write for example ${EXAMPLES[key]}.`);
  return { test: { kind: "number", key, compare: sign === ":" ? "=" : (sign as Compare), value: Number(digits) * factor }, error: "" };
}

function nonsense(error: string): Pick<Meaning, "test" | "error"> {
  return { test: null, error };
}

function exampleOf(key: string): string {
  if (isOneOf(NUMBER_KEYS, key)) return EXAMPLES[key];
  return { type: "type:llm", status: "status:error", outcome: "outcome:cancelled", node: "node:3.2", tool: "tool:search" }[key] ?? `${key}:word`;
}

function unquote(text: string): string {
  if (!text.startsWith('"')) return text;
  const inner = text.length > 1 && text.endsWith('"') ? text.slice(1, -1) : text.slice(1);
  // A quote that stands inside a word, as in `"no"`, is what is looked for.
  return inner.replace(/\\(["\\])/g, "$1");
}

/** Whether a number passes. */
export function compares(number: number, compare: Compare, value: number): boolean {
  switch (compare) {
    case ">":
      return number > value;
    case ">=":
      return number >= value;
    case "<":
      return number < value;
    case "<=":
      return number <= value;
    case "=":
      return Math.abs(number - value) <= Math.abs(value) * 1e-9;
  }
}

function isOneOf<Word extends string>(words: readonly Word[], word: string): word is Word {
  return (words as readonly string[]).includes(word);
}

/** How many letters must be changed, added, left out or swapped; anything above 1 is 2. */
function distance(a: string, b: string): number {
  if (a === b) return 0;
  if (Math.abs(a.length - b.length) > 1) return 2;
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  const tails = [[a.slice(at + 1), b.slice(at + 1)], [a.slice(at + 1), b.slice(at)], [a.slice(at), b.slice(at + 1)]];
  const swapped = a[at] === b[at + 1] && a[at + 1] === b[at] && a.slice(at + 2) === b.slice(at + 2);
  return swapped || tails.some(([left, right]) => left === right) ? 1 : 2;
}
