// Builders of the events an agent would write, in the form of the wire.
import { randomBytes, randomUUID } from "node:crypto";

/** The JSON of one event. */
export function event(type: string, payload: Record<string, unknown>): string {
  return JSON.stringify({ id: randomUUID(), ts: new Date().toISOString(), type, payload });
}

/** One run of an agent whose events a test writes by hand. */
export class Run {
  readonly id = randomBytes(16).toString("hex");

  /** The start of a call. */
  started(type: string, span: string, parent: string, more: Record<string, unknown> = {}): string {
    return event(type, { run_id: this.id, span_id: span, ...(parent === "" ? {} : { parent_id: parent }), function: `agent::${type}`, ...more });
  }

  /** The finish of a call. */
  finished(type: string, span: string, parent: string, more: Record<string, unknown> = {}): string {
    return this.started(type, span, parent, { outcome: "ok", duration: 0.42, ...more });
  }
}

/** A small run with one of each: a step, a model call, a tool that fails. The root stays open. */
export function research(run: Run): string[] {
  const step = { step: 1, node_id: "1.2", root_id: "0", action_name: "execute", goal: "Find out who laid the first cable" };
  const call = { agent_class: "Planner", model: "offline-extractive", node_id: "1.2" };
  const tool = { tool_name: "search", api_name: "web", args_hash: "sha256:0", node_id: "1.2" };
  return [
    run.started("run_started", "0000000000000001", "", { name: "cable-research", question: "Who laid the first cable?" }),
    run.started("step_started", "0000000000000002", "0000000000000001", step),
    run.started("llm_call_started", "0000000000000003", "0000000000000002", call),
    run.finished("llm_call_completed", "0000000000000003", "0000000000000002", {
      ...call, token_usage: { prompt_tokens: 900, completion_tokens: 134, total_tokens: 1034 }, cost_estimate: 0.0125, truncated_result: "Ask about 1858",
    }),
    run.started("tool_invoked", "0000000000000004", "0000000000000002", tool),
    run.finished("tool_returned", "0000000000000004", "0000000000000002", {
      ...tool, success: false, outcome: "error", error: "page could not be loaded", error_type: "agent::tools::Unreachable", error_chain: ["page could not be loaded", "connection reset"],
    }),
    run.finished("step_finished", "0000000000000002", "0000000000000001", { ...step, result_summary: "Found two sources" }),
  ];
}
