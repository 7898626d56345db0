// Owns a stream of events as an agent writes them, at a rate or as fast as Redis takes them. Each carries a number, so
// that what is missing can be told.
import { createConnection, type Socket } from "node:net";

/** Events that are written together. */
const BATCH = 50;

/** Events of one run without an end: steps, in each a call of a model and one of a tool. */
export class Feeder {
  private number = 0;
  private socket: Socket | undefined;
  private unanswered = 0;
  private wake: (() => void) | undefined;

  constructor(private readonly port: number) {}

  get written(): number {
    return this.number;
  }

  async open(): Promise<void> {
    const socket = createConnection(this.port, "127.0.0.1");
    await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));
    socket.on("data", (data: Buffer) => {
      for (const byte of data) if (byte === 36) this.unanswered -= 1;
      if (this.unanswered < BATCH * 40) this.wake?.();
    });
    this.socket = socket;
  }

  close(): void {
    this.socket?.destroy();
  }

  /** Writes so many, so many a second (0: as fast as they are taken); waits until Redis has them all. */
  async write(count: number, perSecond: number): Promise<void> {
    const began = performance.now();
    for (let done = 0; done < count; done += BATCH) {
      const due = perSecond === 0 ? 0 : began + (done / perSecond) * 1000 - performance.now();
      if (due > 0) await new Promise((resolve) => setTimeout(resolve, due));
      this.batch(Math.min(BATCH, count - done));
      while (this.unanswered >= BATCH * 40) await this.answered();
    }
    while (this.unanswered > 0) await this.answered();
  }

  private answered(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, 20);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private batch(count: number): void {
    let commands = "";
    for (let i = 0; i < count; i += 1) {
      const json = eventAt(this.number);
      this.number += 1;
      commands += `*5\r\n$4\r\nXADD\r\n$12\r\nagent_events\r\n$1\r\n*\r\n$4\r\njson\r\n$${Buffer.byteLength(json)}\r\n${json}\r\n`;
    }
    this.unanswered += count;
    this.socket?.write(commands);
  }
}

const RUN = "4bf92f3577b34da6a3ce929d0e0e4736";
const WORDS = "the agent reads a page about telegraphs and,packet switching,weighs what it says,writes down,matters,for,report,source,1847,first,message,network,line,because,however,between,of,in,is not,cable,described by,engineers,later,signals,that,were,before,costs,speed,table,finds,no".split(",");

/** Some words that no other event has in this order, so that nothing repeats itself that would not in a real run. */
function prose(seed: number): string {
  let text = "";
  for (let state = Math.imul(seed + 1, 2654435761); text.length < 190; state = Math.imul(state, 1664525) + 1013904223) {
    text += `${WORDS[(state >>> 16) % WORDS.length] ?? ""} `;
  }
  return text.slice(0, 190);
}

/** About 600 bytes, as those of the research agent are. */
export function eventAt(number: number): string {
  const step = Math.floor(number / 6);
  const hex = (kind: number): string => `${kind.toString(16)}${step.toString(16).padStart(15, "0")}`;
  const common = `"node_id":"node-${step % 500}","root_id":"root","n":${number},"run_id":"${RUN}"`;
  // A finish says again what its start said, and then something of its own.
  const [asked, answered] = [prose(step * 8 + (number % 6 < 3 ? 1 : 2)), prose(step * 8 + (number % 6) + 2)];
  const llm = `"agent_class":"Writer","model":"offline-extractive","prompt_hash":"sha256:${hex(9)}","prompt_preview":"${asked}"`;
  const tool = `"tool_name":"browser","api_name":"open","args_hash":"sha256:${hex(8)}","args_preview":"${asked}"`;
  const own: readonly (readonly [string, string])[] = [
    ["step_started", `"step":${step},"action_name":"execute","goal":"${answered}","span_id":"${hex(1)}","parent_id":"0000000000000000"`],
    ["llm_call_started", `${llm},"span_id":"${hex(2)}","parent_id":"${hex(1)}"`],
    ["llm_call_completed", `${llm},"token_usage":{"prompt_tokens":900,"completion_tokens":120,"total_tokens":1020},"cost_estimate":0.0002,"truncated_result":"${answered}","span_id":"${hex(2)}","parent_id":"${hex(1)}","outcome":"ok","duration":0.41`],
    ["tool_invoked", `${tool},"span_id":"${hex(3)}","parent_id":"${hex(1)}"`],
    ["tool_returned", `${tool},"success":true,"result_summary":"${answered}","span_id":"${hex(3)}","parent_id":"${hex(1)}",${step % 50 === 49 ? '"outcome":"error","error":"404: no such page"' : '"outcome":"ok"'},"duration":0.09`],
    ["step_finished", `"step":${step},"action_name":"execute","result_summary":"${answered}","span_id":"${hex(1)}","parent_id":"0000000000000000","outcome":"ok","duration":0.6`],
  ];
  const [type, payload] = number === 0 ? (["run_started", '"name":"bench","span_id":"0000000000000000"'] as const) : (own[number % 6] ?? ["", ""]);
  const id = `01a2194e-7149-7000-8000-${number.toString(16).padStart(12, "0")}`;
  return `{"id":"${id}","ts":"${new Date().toISOString().replace("Z", "000Z")}","type":"${type}","payload":{${payload},${common},"function":"bench::run"}}`;
}
