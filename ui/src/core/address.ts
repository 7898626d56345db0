// Owns the question which bridge the page talks to. It never opens a connection.

/** The port a bridge listens on unless it is told otherwise. */
export const DEFAULT_PORT = "9999";

/** What a page knows about where it was loaded from; a subset of `Location`. */
export interface PageLocation {
  readonly protocol: string;
  readonly hostname: string;
  readonly host: string;
  readonly port: string;
  readonly search: string;
}

/** Addresses to try in turn, or why the one asked for cannot be used. */
export interface Addresses {
  readonly candidates: readonly string[];
  readonly error: string;
}

/**
 * `?bridge=host:port` names the bridge and is then the only one. Otherwise it is the page's own origin, and where
 * the page came from a static file server, port 9999 of the same host.
 */
export function bridgeAddresses(page: PageLocation): Addresses {
  const scheme = page.protocol === "https:" ? "wss:" : "ws:";
  const asked = new URLSearchParams(page.search).get("bridge");
  if (asked) {
    const origin = originOf(scheme, asked);
    if (origin) return { candidates: [origin], error: "" };
    return { candidates: [], error: `?bridge=${asked} is not an address. Expected host:port, for instance ?bridge=localhost:9999` };
  }
  if (!page.hostname) return { candidates: [`ws://127.0.0.1:${DEFAULT_PORT}`], error: "" };
  const own = `${scheme}//${page.host}`;
  const fallback = `${scheme}//${page.hostname}:${DEFAULT_PORT}`;
  return { candidates: page.port === DEFAULT_PORT ? [own] : [own, fallback], error: "" };
}

/** The framed event stream of a bridge, from a cursor on; no more than `credit` bytes are on their way at a time. */
export function eventsUrl(origin: string, after: string, credit: number): string {
  return `${origin}/events?framed=1&credit=${credit}&after=${encodeURIComponent(after)}`;
}

function originOf(scheme: string, asked: string): string {
  // Nothing but a host and a port: a path or user part in a link someone sent is not an address of a bridge.
  if (!/^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/i.test(asked)) return "";
  try {
    return `${scheme}//${new URL(`${scheme}//${asked}`).host}`;
  } catch {
    return "";
  }
}
