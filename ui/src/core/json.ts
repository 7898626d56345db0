// Owns laying out JSON text for reading. It works on the text, not on parsed values, so that a number keeps every
// digit the producer wrote and a repeated key stays visible.

/** Indents JSON by two spaces; stops after `max` characters of input, which `whole` then tells. */
export function indentJson(text: string, max = Number.POSITIVE_INFINITY): { text: string; whole: boolean } {
  const end = Math.min(text.length, max);
  const parts: string[] = [];
  let depth = 0;
  let at = 0;
  while (at < end) {
    const char = text.charAt(at);
    if (char === '"') {
      const close = stringEnd(text, at);
      parts.push(text.slice(at, Math.min(close, end)));
      at = close;
      continue;
    }
    at += 1;
    if (char === " " || char === "\n" || char === "\r" || char === "\t") continue;
    if (char === "{" || char === "[") {
      const next = skipBlank(text, at);
      if (text.charAt(next) === (char === "{" ? "}" : "]")) {
        parts.push(char, text.charAt(next));
        at = next + 1;
      } else {
        depth += 1;
        parts.push(char, newline(depth));
      }
    } else if (char === "}" || char === "]") {
      depth -= 1;
      parts.push(newline(depth), char);
    } else if (char === ",") parts.push(",", newline(depth));
    else if (char === ":") parts.push(": ");
    else parts.push(char);
  }
  return { text: parts.join(""), whole: end === text.length };
}

function newline(depth: number): string {
  return `\n${"  ".repeat(Math.max(depth, 0))}`;
}

function skipBlank(text: string, from: number): number {
  let at = from;
  while (at < text.length && /\s/.test(text.charAt(at))) at += 1;
  return at;
}

function stringEnd(text: string, open: number): number {
  let at = open + 1;
  while (at < text.length && text.charAt(at) !== '"') at += text.charAt(at) === "\\" ? 2 : 1;
  return at + 1;
}

/** One coloured piece of a line of JSON. */
export interface JsonToken {
  readonly kind: "key" | "string" | "number" | "word" | "mark";
  readonly text: string;
}

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|\b(true|false|null)\b|[^"\d\-tfn]+|./gy;

/** Splits indented JSON into tokens. Meant for text that is shown, so at most some tens of kilobytes. */
export function jsonTokens(text: string): JsonToken[] {
  const tokens: JsonToken[] = [];
  for (const match of text.matchAll(TOKEN)) {
    const [all, quoted, colon, digits, word] = match;
    if (quoted !== undefined && colon !== undefined) {
      tokens.push({ kind: "key", text: quoted }, { kind: "mark", text: colon });
    } else if (quoted !== undefined) tokens.push({ kind: "string", text: quoted });
    else if (digits !== undefined) tokens.push({ kind: "number", text: digits });
    else if (word !== undefined) tokens.push({ kind: "word", text: word });
    else tokens.push({ kind: "mark", text: all });
  }
  return tokens;
}
