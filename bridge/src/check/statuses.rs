//! The statuses of nodes. Owns the chain of each node: what it was is what it had become before.

use std::collections::{HashMap, HashSet};

use super::coverage::Coverage;
use super::envelope::{Mark, Seen};
use super::finding::{Findings, Rule};
use super::rules::{Rules, StatusTable};

/// See the module's description.
#[derive(Debug, Default)]
pub(super) struct Statuses {
    nodes: HashMap<(Option<String>, String), Node>,
}

#[derive(Debug)]
struct Node {
    status: String,
    since: Mark,
}

impl Statuses {
    pub(super) fn observe(&mut self, seen: &Seen, rules: &Rules, coverage: &Coverage, out: &mut Findings) {
        let Some(node_id) = seen.owned("node_id") else { return };
        let key = (seen.owned("run_id"), node_id);
        match seen.mark.kind.as_str() {
            "node_created" => {
                if let Some(status) = seen.owned("status") {
                    first(seen, &status, rules, coverage, out);
                    let since = seen.mark.clone();
                    self.nodes.entry(key).or_insert(Node { status, since });
                }
            }
            "node_status_change" => {
                let (Some(old), Some(new)) = (seen.text("old_status"), seen.owned("new_status")) else {
                    return;
                };
                match self.nodes.get(&key) {
                    Some(node) if node.status == old => {}
                    Some(node) if coverage.may_lack_between(node.since.order, seen.mark.order) => {}
                    Some(node) => {
                        let what = format!("node {:?} was {old:?}", key.1);
                        let expected = format!("{:?}, which it became with {}", node.status, node.since);
                        out.add(seen.finding(Rule::Status, what, expected));
                    }
                    None => first(seen, old, rules, coverage, out),
                }
                if let Some(table) = &rules.statuses {
                    transition(seen, old, &new, table, out);
                }
                let since = seen.mark.clone();
                self.nodes.insert(key, Node { status: new, since });
            }
            _ => {}
        }
    }

    /// `ended` are the runs whose root ended.
    pub(super) fn finish(self, rules: &Rules, ended: &HashSet<String>, out: &mut Findings) {
        let Some(table) = rules.statuses.as_ref().filter(|table| !table.last.is_empty()) else {
            return;
        };
        for ((run, node_id), node) in self.nodes {
            let is_over = run.is_some_and(|run| ended.contains(&run));
            if is_over && !table.last.contains(&node.status) {
                let what = format!("node {node_id:?} was left {:?} when its run ended", node.status);
                out.add(node.since.finding(Rule::Status, what, one_of(&table.last)));
            }
        }
    }
}

fn first(seen: &Seen, old: &str, rules: &Rules, coverage: &Coverage, out: &mut Findings) {
    let first = rules.statuses.as_ref().and_then(|table| table.first.as_ref());
    if let Some(first) = first
        && first != old
        && !coverage.may_lack_before(seen.text("run_id"), seen.mark.order, None)
    {
        let what = format!("the first status of node {} was {old:?}", shown_node(seen));
        out.add(seen.finding(Rule::Status, what, format!("{first:?}")));
    }
}

fn transition(seen: &Seen, old: &str, new: &str, table: &StatusTable, out: &mut Findings) {
    let mut allowed = table
        .transitions
        .iter()
        .filter(|(from, _)| from == old)
        .map(|(_, to)| to.clone());
    if table.transitions.is_empty() || allowed.any(|to| to == new) {
        return;
    }
    let next: Vec<_> = table
        .transitions
        .iter()
        .filter(|(from, _)| from == old)
        .map(|(_, to)| to.clone())
        .collect();
    let what = format!("node {} went from {old:?} to {new:?}", shown_node(seen));
    out.add(seen.finding(Rule::Status, what, one_of(&next)));
}

fn shown_node(seen: &Seen) -> String {
    format!("{:?}", seen.text("node_id").unwrap_or_default())
}

fn one_of(statuses: &[String]) -> String {
    match statuses {
        [] => "no further change".to_owned(),
        [one] => format!("{one:?}"),
        many => format!("one of {}", many.join(", ")),
    }
}
