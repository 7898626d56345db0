// Owns the recorded run that comes with the page, as tests send it again: through Redis, like any run.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Redis } from "./redis";

export const DEMO = join(import.meta.dirname, "../public/demo.ndjson");

export interface Recorded {
  readonly id: string;
  readonly ts: string;
  readonly type: string;
  readonly payload: Record<string, unknown>;
}

/** Its lines, as they were written. */
export async function lines(): Promise<string[]> {
  return (await readFile(DEMO, "utf8")).split("\n").filter((line) => line !== "");
}

export async function events(): Promise<Recorded[]> {
  return (await lines()).map((line) => JSON.parse(line) as Recorded);
}

/** Adds the first lines of the recording to the stream, all of them unless told how many. */
export async function replay(redis: Redis, count = Number.POSITIVE_INFINITY): Promise<void> {
  for (const line of (await lines()).slice(0, count)) await redis.add(line);
}
