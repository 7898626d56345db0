// Owns what is measured inside of a page and of its renderer: how long input took, long tasks, nodes, memory.
import { readFile } from "node:fs/promises";
import type { Browser, CDPSession, Page } from "playwright-core";

export interface Watched {
  /** Milliseconds until what followed from a key was on screen, at the 98th percentile; what took under 16 counts as 16. */
  readonly inputP98: number;
  readonly inputs: number;
  readonly longTasks: number;
  readonly longestTask: number;
  readonly mostNodes: number;
}

interface Counters {
  events: number[];
  tasks: number[];
  nodes: number;
  snapshot?: unknown;
  worker?: Worker;
}

/** Puts observers into a page before its own script runs. */
export async function observe(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const counters: Counters = { events: [], tasks: [], nodes: 0 };
    (globalThis as unknown as { counters: Counters }).counters = counters;
    const see = (type: string, take: (entry: PerformanceEntry) => void, more: object = {}): void => {
      new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, ...more } as PerformanceObserverInit);
    };
    see("longtask", ({ duration }) => counters.tasks.push(duration));
    see("event", (entry) => (entry.name === "keydown" ? counters.events.push(entry.duration) : 0), { durationThreshold: 16 });
    setInterval(() => (counters.nodes = Math.max(counters.nodes, document.getElementsByTagName("*").length)), 250);
    // What the page is told by its worker, and the worker itself, to ask it what a view would.
    const Original = Worker;
    globalThis.Worker = class extends Original {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options);
        counters.worker = this;
        this.addEventListener("message", ({ data }) => {
          if ((data as { kind: string }).kind === "snapshot") counters.snapshot = (data as { snapshot: unknown }).snapshot;
        });
      }
    };
  });
}

/** Forgets what was counted so far. */
export async function reset(page: Page): Promise<void> {
  await page.evaluate(() => {
    const { counters } = globalThis as unknown as { counters: Counters };
    Object.assign(counters, { events: [], tasks: [], nodes: 0 });
  });
}

export async function result(page: Page, inputs: number): Promise<Watched> {
  const { events, tasks, nodes } = await page.evaluate(() => {
    const { counters } = globalThis as unknown as { counters: Counters };
    return { events: counters.events, tasks: counters.tasks, nodes: Math.max(counters.nodes, document.getElementsByTagName("*").length) };
  });
  const all = [...events, ...new Array<number>(Math.max(inputs - events.length, 0)).fill(16)].sort((a, b) => a - b);
  return { inputP98: all[Math.ceil(all.length * 0.98) - 1] ?? Number.NaN, inputs, longTasks: tasks.length, longestTask: Math.max(0, ...tasks), mostNodes: nodes };
}

/** How often, and after how long, memory is looked at: an engine gives back what it had no use for only when it rests. */
const LOOKS = 6;
const BETWEEN_MS = 2000;

/** Memory of the renderer that holds the page: the least proportional set size after collections on its threads, in MB. */
export async function memory(browser: Browser, page: Page): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let look = 0; look < LOOKS; look += 1) {
    if (look > 0) await new Promise((resolve) => setTimeout(resolve, BETWEEN_MS));
    least = Math.min(least, await memoryNow(browser, page));
  }
  return least;
}

async function memoryNow(browser: Browser, page: Page): Promise<number> {
  const session: CDPSession = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  await session.detach();
  await Promise.all(page.workers().map((worker) => worker.evaluate(() => (globalThis as { gc?: () => void }).gc?.())));
  const root = await browser.newBrowserCDPSession();
  const { processInfo } = await root.send("SystemInfo.getProcessInfo");
  await root.detach();
  const sizes = await Promise.all(processInfo.filter(({ type }) => type === "renderer").map(({ id }) => pss(id)));
  return Math.max(...sizes);
}

async function pss(pid: number): Promise<number> {
  try {
    const rollup = await readFile(`/proc/${pid}/smaps_rollup`, "utf8");
    return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? Number.NaN) / 1000;
  } catch {
    return Number.NaN;
  }
}
