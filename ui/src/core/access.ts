// Owns how a page shows its token to a bridge that asks for one: once, in the body of a request, for a cookie that no
// script can read. The token is taken out of the page's address, never put into one, and kept nowhere.

/** A token from the page's fragment, and the fragment without it. */
export interface Shown {
  readonly token: string;
  readonly hash: string;
}

/** What is used of `fetch`. */
export type Post = (url: string, init: { method: "POST"; body: string; credentials: "include" }) => Promise<{ readonly status: number }>;

/** `#token=…`, alone or among other parameters. */
export function tokenInFragment(hash: string): Shown {
  const parts = hash.replace(/^#/, "").split("&");
  const token = parts.find((part) => part.startsWith("token="));
  if (token === undefined) return { token: "", hash };
  const rest = parts.filter((part) => part !== token).join("&");
  return { token: decoded(token.slice("token=".length)), hash: rest === "" ? "" : `#${rest}` };
}

/** Enters the first of some bridges that answers. Empty once in; else why not, to be read by people. */
export async function enter(bridges: readonly string[], token: string, post: Post): Promise<string> {
  for (const bridge of bridges) {
    const url = `${bridge.replace(/^ws/, "http")}/api/session`;
    try {
      const { status } = await post(url, { method: "POST", body: token.trim(), credentials: "include" });
      if (status === 204) return "";
      if (status === 401) return "The bridge does not know this token.";
      if (status === 403) return "The bridge refused this page's origin. Start it with --allow-origin and the address of this page.";
      if (status === 429) return "The bridge was asked too often. Try again in a moment.";
    } catch {
      // It does not answer; the next may.
    }
  }
  return "The bridge does not answer.";
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
