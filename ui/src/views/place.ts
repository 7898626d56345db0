// Owns the form of the page's address after the `#`: which run, what is selected, which moment, which query, which
// view. It only reads and writes text; `navigation` keeps it in step with what is on screen.
//
//     #/r/<run>?n=<node>&s=<span>&e=<event>&t=<unix ms>&q=<query>&v=<view>
import type { Scope } from "../core/filter";

export const VIEWS = ["tree", "graph", "timeline", "events", "calls"] as const;

export type View = (typeof VIEWS)[number];

/** The view that needs no word in the address. */
export const FIRST_VIEW: View = "timeline";

export interface Place {
  readonly scope: Scope;
  readonly view: View;
  readonly query: string;
  /** Unix ms of a moment in the past; NaN while live. */
  readonly at: number;
  readonly node: string;
  readonly span: string;
  /** The id of the event. */
  readonly event: string;
}

export const START: Place = { scope: { kind: "auto" }, view: FIRST_VIEW, query: "", at: Number.NaN, node: "", span: "", event: "" };

/** Reads an address; what it does not understand is as if it were not there. */
export function readPlace(hash: string): Place {
  const text = hash.replace(/^#/, "");
  const cut = text.indexOf("?");
  const path = cut < 0 ? text : text.slice(0, cut);
  const parameters = new URLSearchParams(cut < 0 ? "" : text.slice(cut + 1));
  const get = (name: string): string => parameters.get(name) ?? "";
  const at = get("t");
  return {
    scope: scopeOf(path),
    view: VIEWS.find((known) => known === get("v")) ?? FIRST_VIEW,
    query: get("q"),
    at: /^\d{1,16}$/.test(at) ? Number(at) : Number.NaN,
    node: get("n"),
    span: get("s"),
    event: get("e"),
  };
}

/** Writes an address, in a fixed order, as short as it can be. */
export function writePlace({ scope, view, query, at, node, span, event }: Place): string {
  const parts: string[] = [];
  const add = (name: string, value: string): void => {
    if (value !== "") parts.push(`${name}=${encode(value)}`);
  };
  add("n", node);
  add("s", span);
  add("e", event);
  add("t", Number.isFinite(at) ? String(Math.round(at)) : "");
  add("q", query);
  add("v", view === FIRST_VIEW ? "" : view);
  return `#${pathOf(scope)}${parts.length > 0 ? `?${parts.join("&")}` : ""}`;
}

function scopeOf(path: string): Scope {
  const [, first = "", second = ""] = path.split("/");
  if (first === "all") return { kind: "all" };
  if (first === "none") return { kind: "none" };
  const run = first === "r" ? decode(second) : "";
  return run === "" ? { kind: "auto" } : { kind: "run", id: run };
}

function pathOf(scope: Scope): string {
  if (scope.kind === "run") return `/r/${encodeURIComponent(scope.id)}`;
  return scope.kind === "auto" ? "/" : `/${scope.kind}`;
}

/** People read and type addresses: colons and slashes stay as they are. */
function encode(value: string): string {
  return encodeURIComponent(value).replace(/%(3A|2F|2C|40|3E|3C)/g, (code) => decodeURIComponent(code)).replace(/%20/g, "+");
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
