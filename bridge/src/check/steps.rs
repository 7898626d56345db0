//! The steps of an engine, counted from 0 in each tree of a run. Owns the count, in whatever order they began: those that
//! go side by side need not begin in turn.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::coverage::Coverage;
use super::envelope::{Mark, Seen};
use super::finding::{Findings, Rule};

/// See the module's description.
#[derive(Debug, Default)]
pub(super) struct Steps {
    trees: HashMap<(String, String), BTreeMap<u64, Mark>>,
}

impl Steps {
    pub(super) fn observe(&mut self, seen: &Seen, out: &mut Findings) {
        if seen.mark.kind != "step_started" {
            return;
        }
        let step = seen.payload.get("step").and_then(Value::as_u64);
        // Runs of other producers can't be told apart.
        let (Some(step), Some(run)) = (step, seen.owned("run_id")) else {
            return;
        };
        let tree = self
            .trees
            .entry((run, seen.owned("root_id").unwrap_or_default()))
            .or_default();
        if let Some(before) = tree.get(&step) {
            let what = format!("step {step} began before, with {before}");
            out.add(seen.finding(Rule::Step, what, "each step once"));
        } else {
            tree.insert(step, seen.mark.clone());
        }
    }

    pub(super) fn finish(self, coverage: &Coverage, out: &mut Findings) {
        for ((run, _), steps) in self.trees {
            let mut expected = 0;
            for (step, mark) in steps {
                if step != expected && !coverage.may_lack_before(Some(&run), mark.order, None) {
                    let what = match expected {
                        0 => format!("step {step} is the first of its tree"),
                        _ => format!("step {step} follows step {}", expected - 1),
                    };
                    out.add(mark.finding(Rule::Step, what, format!("step {expected}")));
                }
                expected = step.saturating_add(1);
            }
        }
    }
}
