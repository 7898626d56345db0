// Owns a bridge process of a test's own, from the binary that EVENT_BRIDGE_BIN names.
import { spawn, type ChildProcess } from "node:child_process";
import { freePort, until } from "./deadline";
import { ended } from "./redis";

export class Bridge {
  private process: ChildProcess | undefined;
  private said = "";

  private constructor(readonly port: number, private readonly environment: Record<string, string>) {}

  /** On a free port, unless the test needs a certain one, and with variables of its own. */
  static async start(redisUrl: string, variables: Record<string, string> = {}, port?: number): Promise<Bridge> {
    const bridge = new Bridge(port ?? (await freePort()), { REDIS_URL: redisUrl, ...variables });
    await bridge.resume();
    return bridge;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/`;
  }

  /** Starts the bridge on the same port as before. */
  async resume(): Promise<void> {
    const binary = process.env["EVENT_BRIDGE_BIN"];
    if (!binary) throw new Error("EVENT_BRIDGE_BIN is not set; build the bridge (cargo build -p event-bridge) and name its binary");
    const { EVENT_STREAM: _stream, REDIS_HOST: _host, ...environment } = process.env;
    const child = spawn(binary, ["serve", "--port", String(this.port)], {
      env: { ...environment, ...this.environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const listen = (data: Buffer) => (this.said = `${this.said}${data.toString()}`.slice(-4000));
    child.stdout.on("data", listen);
    child.stderr.on("data", listen);
    this.process = child;
    await until("the bridge serves its page", async () => {
      if (child.exitCode !== null) throw new Error(`the bridge ended with ${child.exitCode}: ${this.said}`);
      return (await fetch(this.url)).ok;
    });
  }

  /** Ends the bridge, politely or not. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    await ended(this.process, signal);
  }
}
