// Owns a real browser with the page open, and the words tests use for what is on it. Whatever the page's security
// policy refuses and whatever its script throws is kept, and must be nothing.
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { chromium, type Browser, type BrowserContextOptions, type Locator, type Page } from "playwright-core";
import { until } from "./deadline";

const BROWSERS = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** Starts the browser that CHROMIUM names, else the first that is installed. */
export function startBrowser(): Promise<Browser> {
  const executablePath = process.env["CHROMIUM"] ?? BROWSERS.find((path) => existsSync(path));
  if (!executablePath) throw new Error("no Chromium found; install it (apt-get install chromium) or name its binary in CHROMIUM");
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });
}

export class Viewer {
  private constructor(readonly page: Page, private readonly faults: string[]) {}

  static async open(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Viewer> {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
    const page = await context.newPage();
    const faults: string[] = [];
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (message) => {
      if (/Content Security Policy|TrustedScript|Refused to/.test(message.text())) faults.push(message.text());
    });
    await page.exposeFunction("reportFault", (fault: string) => faults.push(fault));
    await page.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => {
        (globalThis as unknown as { reportFault(fault: string): void }).reportFault(`${violatedDirective} refused ${blockedURI}`);
      });
    });
    await page.goto(url);
    return new Viewer(page, faults);
  }

  /** Closes the page and gives what went wrong on it. */
  async close(): Promise<string[]> {
    await this.page.context().close();
    return this.faults;
  }

  async isLive(): Promise<void> {
    await this.page.locator(".dot.live").waitFor();
  }

  rows(text?: string): Locator {
    const rows = this.page.locator("[data-pane=table] .at-rank");
    return text === undefined ? rows : rows.filter({ hasText: text });
  }

  spans(text?: string): Locator {
    const rows = this.page.locator("[data-pane=tree] .tree-row");
    return text === undefined ? rows : rows.filter({ hasText: text });
  }

  /** Whether a span's line is inside the part of the tree that is on screen. */
  async sees(span: string): Promise<boolean> {
    const line = this.spans(span);
    if ((await line.count()) !== 1) return false;
    const [row, box] = await Promise.all([line.boundingBox(), this.page.locator("[data-pane=tree] .virtual").boundingBox()]);
    return row !== null && box !== null && row.y >= box.y - 1 && row.y + row.height <= box.y + box.height + 1;
  }

  /** Goes to a view by its tab, where it has one. */
  async view(name: "Tree" | "Graph" | "Timeline" | "Events" | "Totals"): Promise<void> {
    const tab = this.page.getByRole("tab", { name, exact: true });
    if ((await tab.count()) > 0) await tab.click();
  }

  nodes(text?: string): Locator {
    const nodes = this.page.locator("[data-pane=graph] [role=treeitem]");
    return text === undefined ? nodes : nodes.filter({ hasText: text });
  }

  /** Lanes of the timeline, as those read them who do not see the canvas. */
  lanes(text?: string): Locator {
    const lanes = this.page.locator("[data-pane=timeline] [role=row]");
    return text === undefined ? lanes : lanes.filter({ hasText: text });
  }

  details(): Locator {
    return this.page.locator("#details");
  }

  /** The figure of a name in the line of figures. */
  async figure(name: string): Promise<string> {
    return this.page.locator(".figure", { has: this.page.locator(`dt:text-is("${name}")`) }).locator("dd").innerText();
  }

  async shows(text: string): Promise<void> {
    await this.rows(text).first().waitFor();
  }

  /** All payload cells, from the top of the table to its end. */
  async everyPayload(): Promise<string[]> {
    await until("every row is drawn", async () => {
      const total = Number(await this.page.locator("[data-pane=table] [role=grid]").getAttribute("aria-rowcount")) - 1;
      return (await this.rows().count()) === total;
    });
    return this.page.locator("[data-pane=table] .at-rank .c2").allInnerTexts();
  }

  /** Keeps a picture, where someone asked for pictures. */
  async picture(name: string): Promise<void> {
    const folder = process.env["E2E_SCREENSHOTS"];
    if (!folder) return;
    await mkdir(folder, { recursive: true });
    await this.page.screenshot({ path: join(folder, `${name}.png`) });
  }
}
