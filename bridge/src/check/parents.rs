//! Who is whose parent. Owns the rules between a span and what happens inside: the parent exists, in the same run, began
//! before and had not ended; and what a step hands down is what arrives.

use serde_json::Value;

use super::coverage::{Coverage, SLACK_MICROS};
use super::envelope::{Mark, Seen};
use super::finding::{Findings, Rule};
use super::rules::Rules;
use super::spans::{Span, Spans, shown};

/// What is inherited from a step, and by which types of the catalogue.
const SCOPE: [&str; 3] = ["node_id", "step", "root_id"];
const HEIRS: [&str; 5] = [
    "llm_call_started",
    "llm_call_completed",
    "tool_invoked",
    "tool_returned",
    "search_completed",
];

/// An event with a parent that had not begun where it stands.
#[derive(Debug)]
pub(super) struct Waiting {
    mark: Mark,
    parent: String,
    run: Option<String>,
    /// It opens a span, and so may be the first of its run in this process.
    is_span: bool,
}

/// The fields of a step that everything inside carries.
#[derive(Debug)]
pub(super) struct Inherited {
    of: String,
    values: [Option<Value>; 3],
}

impl Inherited {
    pub(super) fn of_step(seen: &Seen) -> Option<Self> {
        (seen.mark.kind == "step_started").then(|| Self {
            of: seen.mark.id.clone(),
            values: SCOPE.map(|key| seen.payload.get(key).cloned()),
        })
    }
}

impl Spans {
    /// Looks at the parent of an event, if it has one.
    pub(super) fn child(&mut self, seen: &Seen, rules: &Rules, out: &mut Findings) {
        let Some(parent_id) = seen.owned("parent_id") else {
            return;
        };
        let run = seen.owned("run_id");
        let parent = self.by_id.get(&parent_id).filter(|parent| parent.start.is_some());
        match parent {
            Some(parent) => kinship(
                &seen.mark,
                run.as_deref(),
                seen.is_start(),
                &parent_id,
                parent,
                rules,
                out,
            ),
            None => self.waiting.push(Waiting {
                mark: seen.mark.clone(),
                parent: parent_id.clone(),
                run,
                is_span: seen.is_start(),
            }),
        }
        self.parents.insert(parent_id);
    }

    /// The spans around something whose parent is `parent`, the nearest first.
    pub(super) fn ancestors<'a>(&'a self, parent: Option<&'a str>) -> impl Iterator<Item = &'a Span> {
        let next = |id: &'a str| self.by_id.get(id);
        // Parents in a circle are a finding, and no reason to go round for ever.
        std::iter::successors(parent.and_then(next), move |span| span.parent.as_deref().and_then(next)).take(1000)
    }

    /// Whether an event carries what the step around it hands down.
    pub(super) fn inside(&self, seen: &Seen, out: &mut Findings) {
        if !HEIRS.contains(&seen.mark.kind.as_str()) {
            return;
        }
        let Some(step) = self
            .ancestors(seen.text("parent_id"))
            .find_map(|span| span.inherited.as_ref())
        else {
            return;
        };
        for (key, expected) in SCOPE.iter().zip(&step.values) {
            let (Some(value), Some(expected)) = (seen.payload.get(*key), expected) else {
                continue;
            };
            if value != expected {
                let what = format!("its {key} is {value}");
                let expected = format!("{expected}, as in the step around it, {}", step.of);
                out.add(seen.finding(Rule::Scope, what, expected));
            }
        }
    }

    /// What waited for a parent to the end.
    pub(super) fn resolve(&mut self, rules: &Rules, coverage: &Coverage, out: &mut Findings) {
        let mut remote = Vec::new();
        for child in std::mem::take(&mut self.waiting) {
            let parent = self.by_id.get(&child.parent);
            let run = child.run.as_deref();
            if let Some(start) = parent.and_then(|parent| parent.start.as_ref()) {
                let what = format!("it stands before the started event of its parent, {start}");
                out.add(child.mark.finding(Rule::Order, what, "a parent that began before"));
                continue;
            }
            // A parent whose end alone is there is missed as a span without a start.
            if parent.is_some() || coverage.may_lack_before(run, child.mark.order, None) {
                continue;
            }
            let is_first =
                child.is_span && !coverage.begins(run) && !remote.iter().any(|(other, _)| *other == child.run);
            if is_first && !rules.is_complete {
                out.note(format!(
                    "run {} begins under span {}, which is not here: another process's, it seems",
                    shown(run),
                    child.parent
                ));
                remote.push((child.run, child.parent));
            } else if !remote.contains(&(child.run, child.parent.clone())) {
                let what = format!("its parent, span {}, is not there", child.parent);
                out.add(child.mark.finding(Rule::Parent, what, "a span that began before it"));
            }
        }
    }
}

/// Between an event and its parent, whose start was seen before.
fn kinship(
    child: &Mark,
    run: Option<&str>,
    is_start: bool,
    parent_id: &str,
    parent: &Span,
    rules: &Rules,
    out: &mut Findings,
) {
    let Some(start) = &parent.start else { return };
    if start.id == child.id {
        out.add(child.finding(Rule::Parent, "it is its own parent", "another span, or none"));
        return;
    }
    if parent.run.as_deref() != run {
        let what = format!(
            "it is of run {}, its parent {parent_id} of run {}",
            shown(run),
            shown(parent.run.as_deref())
        );
        out.add(child.finding(Rule::Parent, what, "the same run"));
    }
    if let (Some(from), Some(at)) = (start.micros, child.micros)
        && at + SLACK_MICROS < from
    {
        let what = format!("its ts is before that of its parent, {start}");
        out.add(child.finding(Rule::Parent, what, "a parent that began before"));
    }
    if is_start
        && !rules.allows_detached
        && let Some(finish) = &parent.finish
        && let (Some(to), Some(at)) = (finish.mark.micros, child.micros)
        && to + SLACK_MICROS < at
    {
        let what = format!("it began after its parent had ended with {}", finish.mark);
        out.add(child.finding(
            Rule::Parent,
            what,
            "a parent that is open (of tasks that nobody waits for this is allowed with --detached)",
        ));
    }
}
