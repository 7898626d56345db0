// Owns showing what a model wrote: the few forms of Markdown that help reading, as elements of our own. Text stays text:
// no HTML is let through, and no address is turned into a link that could be clicked by mistake.
import type { ComponentChildren } from "preact";

/** One block of a text. */
export type Block =
  | { readonly kind: "heading"; readonly level: number; readonly text: string }
  | { readonly kind: "paragraph"; readonly text: string }
  | { readonly kind: "quote"; readonly text: string }
  | { readonly kind: "code"; readonly text: string }
  | { readonly kind: "list"; readonly ordered: boolean; readonly start: number; readonly items: readonly string[] }
  | { readonly kind: "rule" };

/** Longest text that is looked at for forms; what is longer stands as it is. */
const MOST = 40_000;

/** Splits a text into blocks, line by line, in one pass. */
export function blocksOf(text: string): Block[] {
  if (text.length > MOST) return [{ kind: "code", text }];
  const blocks: Block[] = [];
  const lines = text.replace(/\r\n?/g, "\n").split("\n");
  for (let i = 0; i < lines.length; ) {
    const line = lines[i] ?? "";
    const fence = /^\s*(```+|~~~+)/.exec(line)?.[1];
    if (line.trim() === "") i += 1;
    else if (fence !== undefined) i = readCode(lines, i + 1, fence, blocks);
    else if (/^#{1,6}\s/.test(line)) {
      const marks = /^#+/.exec(line)?.[0].length ?? 1;
      blocks.push({ kind: "heading", level: marks, text: line.slice(marks).trim().replace(/\s#+$/, "") });
      i += 1;
    } else if (/^\s*([-*_])(\s*\1){2,}\s*$/.test(line)) {
      blocks.push({ kind: "rule" });
      i += 1;
    } else if (ITEM.test(line)) i = readList(lines, i, blocks);
    else if (line.startsWith(">")) i = readWhile(lines, i, (next) => next.startsWith(">"), (said) => blocks.push({ kind: "quote", text: said.map((one) => one.replace(/^>\s?/, "")).join("\n") }));
    else i = readWhile(lines, i, isParagraph, (said) => blocks.push({ kind: "paragraph", text: said.join("\n") }));
  }
  return blocks;
}

const ITEM = /^\s{0,6}(?:[-*+•]|(\d{1,6})[.)])\s+/;

function isParagraph(line: string): boolean {
  return line.trim() !== "" && !/^(#{1,6}\s|>|\s*(```|~~~))/.test(line) && !ITEM.test(line);
}

function readWhile(lines: readonly string[], from: number, goesOn: (line: string) => boolean, take: (said: string[]) => void): number {
  let to = from + 1;
  while (to < lines.length && goesOn(lines[to] ?? "")) to += 1;
  take(lines.slice(from, to));
  return to;
}

function readCode(lines: readonly string[], from: number, fence: string, blocks: Block[]): number {
  let to = from;
  while (to < lines.length && !(lines[to] ?? "").trim().startsWith(fence)) to += 1;
  blocks.push({ kind: "code", text: lines.slice(from, to).join("\n") });
  return to + 1;
}

function readList(lines: readonly string[], from: number, blocks: Block[]): number {
  const number = ITEM.exec(lines[from] ?? "")?.[1];
  const items: string[] = [];
  let to = from;
  for (; to < lines.length; to += 1) {
    const line = lines[to] ?? "";
    const item = ITEM.exec(line);
    if (item && (item[1] === undefined) === (number === undefined)) items.push(line.slice(item[0].length));
    else if (!item && line.trim() !== "" && /^\s/.test(line) && items.length > 0) items[items.length - 1] += `\n${line.trim()}`;
    else break;
  }
  blocks.push({ kind: "list", ordered: number !== undefined, start: Number(number ?? 1), items });
  return to;
}

export function Markdown({ text }: { text: string }) {
  return <div class="markdown">{blocksOf(text).map((block, i) => <BlockView key={i} block={block} />)}</div>;
}

function BlockView({ block }: { block: Block }) {
  switch (block.kind) {
    case "heading":
      return <p class={`md-heading md-${Math.min(block.level, 3)}`}>{spans(block.text)}</p>;
    case "paragraph":
      return <p>{spans(block.text)}</p>;
    case "quote":
      return <blockquote>{spans(block.text)}</blockquote>;
    case "code":
      return <pre tabIndex={0}>{block.text}</pre>;
    case "rule":
      return <hr />;
    case "list": {
      const items = block.items.map((item, i) => <li key={i}>{spans(item)}</li>);
      return block.ordered ? <ol start={block.start}>{items}</ol> : <ul>{items}</ul>;
    }
  }
}

const SPAN = /(`[^`\n]+`|\*\*[^*\n]+\*\*|<\/?[a-z_][\w-]*>)/gi;

/** `code`, **strong**, and the tags in which models answer, which are drawn back so that what is inside stands out. */
function spans(text: string): ComponentChildren {
  return text.split(SPAN).map((piece, i) => {
    if (i % 2 === 0) return piece;
    if (piece.startsWith("`")) return <code key={i}>{piece.slice(1, -1)}</code>;
    if (piece.startsWith("**")) return <strong key={i}>{piece.slice(2, -2)}</strong>;
    return <span key={i} class="md-tag">{piece}</span>;
  });
}
