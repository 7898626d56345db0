//! The sums of a run, counted from its events. Owns the comparison with what the run says of itself when it ends.

use std::collections::HashMap;

use serde_json::Value;

use super::coverage::Coverage;
use super::envelope::{Mark, Seen};
use super::finding::{Findings, Rule};

/// What a summary says, and the type of event that is counted for it.
const COUNTED: [(&str, &str); 4] = [
    ("total_steps", "step_started"),
    ("total_nodes", "node_created"),
    ("total_llm_calls", "llm_call_completed"),
    ("total_tool_calls", "tool_returned"),
];
const TOKENS: [&str; 3] = ["prompt_tokens", "completion_tokens", "total_tokens"];

/// See the module's description.
#[derive(Debug, Default)]
pub(super) struct Totals {
    runs: HashMap<String, Sums>,
    summaries: Vec<Summary>,
}

#[derive(Debug, Default)]
struct Sums {
    counts: [u64; COUNTED.len()],
    tokens: [u64; TOKENS.len()],
    cost: f64,
}

#[derive(Debug)]
struct Summary {
    mark: Mark,
    run: String,
    counts: [Option<u64>; COUNTED.len()],
    tokens: [Option<u64>; TOKENS.len()],
    cost: Option<f64>,
}

impl Totals {
    pub(super) fn observe(&mut self, seen: &Seen) {
        let Some(run) = seen.owned("run_id") else { return };
        let kind = seen.mark.kind.as_str();
        if kind == "run_finished" && !seen.payload.contains_key("parent_id") {
            self.summaries.push(Summary {
                mark: seen.mark.clone(),
                counts: COUNTED.map(|(total, _)| seen.payload.get(total).and_then(Value::as_u64)),
                tokens: tokens(seen),
                cost: seen.payload.get("total_cost").and_then(Value::as_f64),
                run,
            });
            return;
        }
        let sums = self.runs.entry(run).or_default();
        for (count, (_, counted)) in sums.counts.iter_mut().zip(COUNTED) {
            *count += u64::from(kind == counted);
        }
        if kind == "llm_call_completed" {
            sums.cost += seen
                .payload
                .get("cost_estimate")
                .and_then(Value::as_f64)
                .unwrap_or_default();
            for (sum, tokens) in sums.tokens.iter_mut().zip(tokens(seen)) {
                *sum += tokens.unwrap_or_default();
            }
        }
    }

    pub(super) fn finish(mut self, coverage: &Coverage, out: &mut Findings) {
        for summary in self.summaries {
            // A part of a run has other sums.
            if !coverage.is_whole(&summary.run) {
                continue;
            }
            let sums = self.runs.remove(&summary.run).unwrap_or_default();
            let mut compare = |total: &str, said: Option<f64>, counted: f64| {
                if let Some(said) = said
                    && (said - counted).abs() > 1e-9 * said.abs().max(counted.abs())
                {
                    let what = format!("it says {total} {said}");
                    out.add(
                        summary
                            .mark
                            .finding(Rule::Totals, what, format!("{counted}, as its events have it")),
                    );
                }
            };
            for ((said, counted), (total, _)) in summary.counts.into_iter().zip(sums.counts).zip(COUNTED) {
                // An agent need not publish events of every kind.
                if counted > 0 {
                    compare(total, said.map(float), float(counted));
                }
            }
            for ((said, counted), total) in summary.tokens.into_iter().zip(sums.tokens).zip(TOKENS) {
                compare(total, said.map(float), float(counted));
            }
            compare("total_cost", summary.cost, sums.cost);
        }
    }
}

fn tokens(seen: &Seen) -> [Option<u64>; TOKENS.len()] {
    let usage = seen.payload.get("token_usage");
    TOKENS.map(|key| usage.and_then(|usage| usage.get(key)).and_then(Value::as_u64))
}

#[expect(clippy::cast_precision_loss, reason = "counts of events and tokens")]
fn float(count: u64) -> f64 {
    count as f64
}
