// Owns a redis-server of a test's own: start, stop, start again on the same data, and the few commands tests send.
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, until } from "./deadline";

export class Redis {
  private process: ChildProcess | undefined;

  private constructor(readonly port: number, private readonly folder: string) {}

  static async start(): Promise<Redis> {
    const redis = new Redis(await freePort(), await mkdtemp(join(tmpdir(), "event-ui-")));
    await redis.resume();
    return redis;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Starts the server on whatever data it had. */
  async resume(): Promise<void> {
    const flags = ["--port", String(this.port), "--dir", this.folder, "--appendonly", "yes", "--appendfsync", "always", "--save", ""];
    this.process = spawn("redis-server", flags, { stdio: "ignore" });
    await until("redis-server answers", async () => (await this.command("PING")) === "+PONG");
  }

  /** Ends the server; its data stays. */
  async pause(): Promise<void> {
    await ended(this.process);
    this.process = undefined;
  }

  async remove(): Promise<void> {
    await this.pause();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Adds an entry with one field `json`. */
  async add(json: string): Promise<void> {
    await this.command("XADD", "agent_events", "*", "json", json);
  }

  /** Sends one command and gives the first line of the answer. */
  command(...words: string[]): Promise<string> {
    const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
    return new Promise((resolve, reject) => {
      const socket = createConnection(this.port, "127.0.0.1");
      let answer = "";
      socket.setEncoding("utf8");
      socket.once("error", reject);
      socket.on("data", (data: string) => {
        answer += data;
        const [line, rest] = answer.split("\r\n", 2);
        if (rest === undefined) return;
        socket.destroy();
        if (line?.startsWith("-")) reject(new Error(`${words[0]}: ${line}`));
        else resolve(line ?? "");
      });
      socket.write(`*${words.length}\r\n${parts.join("")}`);
    });
  }
}

/** Asks a process to end and waits until it has. */
export async function ended(process: ChildProcess | undefined, signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
  if (!process || process.exitCode !== null || process.signalCode !== null) return;
  const gone = new Promise((resolve) => process.once("exit", resolve));
  process.kill(signal);
  await gone;
}
